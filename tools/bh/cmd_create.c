/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bh create: check a configuration, build the domain, start it; with -n only
 * check and print the plan, which works on any machine.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd.h"
#include "console.h"
#include "create.h"
#include "dom.h"
#include "err.h"
#include "hyp.h"
#include "out.h"

static const struct opt create_opts[] = {
	{ 'p', "paused", NULL, "leave the domain paused" },
	{ 'c', "console", NULL, "connect to its console" },
	{ 'n', "dry-run", NULL, "only check, and print the plan as JSON; needs no hypervisor" },
	{ 'D', "dump-dtb", "FILE", "with -n: write the domain's device tree to FILE" },
	{ 'q', "quiet", NULL, "print nothing on success" },
	{ 0 },
};

static void plan_print_text(const char *key, const char *value, const char *end)
{
	printf("  \"%s\": ", key);
	if (value) {
		out_quote(stdout, value);
	} else {
		fputs("null", stdout);
	}
	puts(end);
}

static void plan_print_hex(const char *key, uint64_t value, const char *end)
{
	printf("  \"%s\": \"0x%" PRIx64 "\"%s\n", key, value, end);
}

static void plan_print_segments(const struct image *img)
{
	printf("  \"segments\": [");
	for (unsigned int i = 0; i < img->nr_segments; i++) {
		const struct image_segment *s = &img->segment[i];

		printf("%s{\"address\": \"0x%" PRIx64 "\", \"file_bytes\": %" PRIu64
		       ", \"memory_bytes\": %" PRIu64 "}",
		       i ? ", " : "", s->gpa, s->filesz, s->memsz);
	}
	puts("],");
}

static void plan_print_devices(const struct cfg *c)
{
	char mac[VIF_MAC];

	printf("  \"disks\": [");
	for (unsigned int i = 0; i < c->nr_disks; i++) {
		printf("%s{\"vdev\": \"%s\", \"access\": \"%s\", \"path\": ", i ? ", " : "",
		       c->disk[i].name, c->disk[i].is_readonly ? "ro" : "rw");
		out_quote(stdout, c->disk[i].path);
		putchar('}');
	}
	printf("],\n  \"vifs\": [");
	for (unsigned int i = 0; i < c->nr_vifs; i++) {
		printf("%s{\"mac\": \"%s\", \"bridge\": ", i ? ", " : "",
		       vif_mac_text(&c->vif[i], mac));
		out_quote(stdout, c->vif[i].bridge);
		putchar('}');
	}
	puts("],");
}

static void plan_print(const struct plan *p, bool live)
{
	const struct cfg *c = p->cfg;

	puts("{");
	plan_print_text("name", c->name, ",");
	plan_print_text("config", c->file, ",");
	printf("  \"checked_against_hypervisor\": %s,\n", live ? "true" : "false");
	printf("  \"memory_kib\": %" PRIu64 ",\n  \"maxmem_kib\": %" PRIu64 ",\n", c->memory_kib,
	       c->maxmem_kib);
	printf("  \"vcpus\": %" PRIu64 ",\n  \"maxvcpus\": %" PRIu64 ",\n", c->vcpus, c->maxvcpus);
	plan_print_text("kernel", c->kernel, ",");
	plan_print_text("kernel_format", image_kind_name(p->kernel.kind), ",");
	plan_print_hex("entry", p->kernel.entry, ",");
	plan_print_segments(&p->kernel);
	plan_print_text("ramdisk", c->ramdisk, ",");
	if (p->ramdisk.size) {
		plan_print_hex("ramdisk_address", p->ramdisk_gpa, ",");
		printf("  \"ramdisk_bytes\": %" PRIu64 ",\n", p->ramdisk.size);
	}
	plan_print_hex("dtb_address", p->dtb_gpa, ",");
	printf("  \"dtb_bytes\": %zu,\n", p->dtb_size);
	plan_print_text("command_line", c->bootargs, ",");
	plan_print_devices(c);
	printf("  \"vuart\": %s,\n", c->vuart ? "true" : "false");
	for (int i = 0; i < NR_STOPS; i++) {
		char key[32];

		snprintf(key, sizeof(key), "on_%s", stop_name((enum stop)i));
		plan_print_text(key, action_name(c->action[i]), ",");
	}
	printf("  \"stage2_pool_kib\": %" PRIu64 "\n}\n", plan_pool_pages(p) * 4);
}

static int plan_dump_dtb(const struct plan *p, const char *file)
{
	int fd = open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	bool ok = fd >= 0 && write(fd, p->dtb, p->dtb_size) == (ssize_t)p->dtb_size;

	if (fd >= 0) {
		close(fd);
	}
	return ok ? BH_OK
		  : err_say(BH_FAILED, "cannot write the device tree to \"%s\"\ncheck the path",
			    file);
}

static int create_dry(const struct cfg *c, const char *dtb)
{
	struct plan p;
	int rc = plan_make(&p, c);

	if (rc) {
		return rc;
	}
	if (hyp_is_open()) {
		rc = plan_check(&p);
	}
	if (rc == BH_OK) {
		rc = plan_dtb(&p, c->gic_version ? (unsigned int)c->gic_version : 3, 0);
	}
	if (rc == BH_OK && dtb) {
		rc = plan_dump_dtb(&p, dtb);
	}
	if (rc == BH_OK) {
		plan_print(&p, hyp_is_open());
	}
	plan_free(&p);
	return rc;
}

/* The domain exists: its monitor, its start, its console. */
static int create_start(const struct args *a, const struct cfg *c, uint32_t domid)
{
	int rc = create_monitor(domid);

	if (rc) {
		err_sys(rc,
			"domain \"%s\": cannot start its monitor\nit runs, but its on_* actions "
			"will not happen; try: bh monitor %u &",
			c->name, domid);
	}
	if (!args_has(a, 'p')) {
		rc = hyp_dom_simple(domid, XEN_DOMCTL_unpausedomain);
		if (rc) {
			err_sys(rc, "domain \"%s\": cannot start it\nsee \"bh dmesg\"", c->name);
			dom_destroy(domid);
			return BH_FAILED;
		}
	}
	if (a->json) {
		printf("{\"domid\": %u, \"name\": ", domid);
		out_quote(stdout, c->name);
		printf(", \"paused\": %s}\n", args_has(a, 'p') ? "true" : "false");
	} else if (!args_has(a, 'q')) {
		printf("domain %u \"%s\" %s\n", domid, c->name,
		       args_has(a, 'p') ? "created, paused" : "started");
	}
	fflush(stdout);
	return args_has(a, 'c') ? console_run(domid, c->vuart && !c->bootargs ? CONSOLE_AUTO
									      : BULKHEAD_CONSOLE_pv)
				: BH_OK;
}

static int create_cmd(const struct args *a)
{
	bool dry = args_has(a, 'n');
	uint32_t domid;
	struct cfg *c;
	int rc = BH_OK;

	if (!dry || hyp_available()) {
		rc = hyp_open();
	}
	if (rc) {
		return rc;
	}
	c = cfg_load(a->argv[0], a->argv + 1, a->argc - 1, create_nr_cpus());
	if (!c) {
		return BH_CONFIG;
	}
	if (dry) {
		rc = create_dry(c, args_val(a, 'D'));
	} else {
		rc = create_domain(c, a->argv + 1, a->argc - 1, &domid);
		if (rc == BH_OK) {
			rc = create_start(a, c, domid);
		}
	}
	cfg_free(c);
	return rc;
}

const struct cmd cmd_create = {
	.name = "create",
	.usage = "FILE [KEY=VALUE]...",
	.summary = "create a domain from a configuration file",
	.help = "Assignments on the command line come after those of FILE; quote strings:\n"
		"'name=\"test\"'. \"bh help --keys\" lists the keys. Everything is checked before\n"
		"anything is built; a failed create leaves nothing behind.\n",
	.opts = create_opts,
	.min = 1,
	.max = -1,
	.flags = CMD_JSON | CMD_OFFLINE,
	.run = create_cmd,
};
