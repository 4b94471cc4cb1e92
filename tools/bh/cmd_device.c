/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bh block-list, block-attach, block-detach, network-list, network-attach,
 * network-detach: paravirtual devices of a domain while it runs, of bh's and
 * of xl's.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "device.h"
#include "disk.h"
#include "dom.h"
#include "err.h"
#include "out.h"
#include "vif.h"
#include "xstore.h"

#define DETACH_MS 10000

static const struct out_col block_cols[] = {
	{ "vdev", "Vdev" },	{ "id", "ID" },	    { "state", "State" },
	{ "access", "Access" }, { "path", "Path" }, { NULL, NULL },
};

static const struct out_col net_cols[] = {
	{ "id", "ID" },
	{ "mac", "MAC" },
	{ "state", "State" },
	{ "bridge", "Bridge" },
	{ "interface", "Interface" },
	{ NULL, NULL },
};

static const char *state_text(uint64_t state)
{
	static const char *const names[] = { "unknown",	  "starting", "waiting", "ready",
					     "connected", "closing",  "closed" };

	return state < sizeof(names) / sizeof(names[0]) ? names[state] : "unknown";
}

static void block_row(struct out_table *t, const char *back, uint32_t id)
{
	char *name = xstore_read("%s/dev", back);
	char *mode = xstore_read("%s/mode", back);
	char *path = xstore_read("%s/params", back);

	out_str(t, name);
	out_num(t, id);
	out_str(t, state_text(xstore_number(0, "%s/state", back)));
	out_str(t, mode && mode[0] == 'r' ? "ro" : "rw");
	out_str(t, path);
	free(name);
	free(mode);
	free(path);
}

static void net_row(struct out_table *t, const char *back, uint32_t id)
{
	char *mac = xstore_read("%s/mac", back);
	char *bridge = xstore_read("%s/bridge", back);
	char *name = xstore_read("%s/vifname", back);
	char plain[32];
	unsigned int domid = (unsigned int)xstore_number(0, "%s/frontend-id", back);

	snprintf(plain, sizeof(plain), "vif%u.%u", domid, id);
	out_num(t, id);
	out_str(t, mac);
	out_str(t, state_text(xstore_number(0, "%s/state", back)));
	out_str(t, bridge);
	out_str(t, name ? name : plain);
	free(mac);
	free(bridge);
	free(name);
}

static int list_devices(const struct args *a, const char *what, const char *kind)
{
	bool is_disk = !strcmp(kind, "vbd");
	struct out_table *t;
	uint32_t domid;
	unsigned int nr;
	char **ids;
	int rc = dom_find_stored(a->argv[0], what, &domid);

	if (rc) {
		return rc;
	}
	t = out_new(is_disk ? block_cols : net_cols, OUT_TABLE, a->json);
	ids = xstore_list(&nr, "/local/domain/0/backend/%s/%u", kind, domid);
	for (unsigned int i = 0; i < nr; i++) {
		struct device d = { domid, kind, (uint32_t)strtoul(ids[i], NULL, 10) };
		char back[XSTORE_PATH];

		device_back(&d, back);
		(is_disk ? block_row : net_row)(t, back, d.id);
	}
	free(ids);
	out_end(t);
	return BH_OK;
}

/* The arguments behind the domain, with commas between them, as xl takes them. */
static void join(const struct args *a, char *out, size_t size)
{
	size_t n = 0;

	out[0] = '\0';
	for (int i = 1; i < a->argc && n < size; i++) {
		n += (size_t)snprintf(out + n, size - n, "%s%s", i > 1 ? "," : "", a->argv[i]);
	}
}

static int block_list_cmd(const struct args *a)
{
	return list_devices(a, "block-list", "vbd");
}

static int net_list_cmd(const struct args *a)
{
	return list_devices(a, "network-list", "vif");
}

static int block_attach_cmd(const struct args *a)
{
	char text[512];
	struct disk disk;
	const char *bad;
	uint32_t domid;
	int rc;

	join(a, text, sizeof(text));
	bad = disk_parse(text, &disk);
	bad = bad ? bad : disk_look(&disk);
	if (bad) {
		return err_say(BH_USAGE, "block-attach: \"%s\": %s", text, bad);
	}
	rc = dom_find_stored(a->argv[0], "block-attach", &domid);
	return rc ? rc : disk_attach(domid, &disk) ? BH_FAILED : BH_OK;
}

static int net_attach_cmd(const struct args *a)
{
	char text[512];
	struct vif vif;
	const char *bad;
	uint32_t domid;
	int rc;

	join(a, text, sizeof(text));
	bad = vif_parse(text, &vif);
	bad = bad ? bad : vif_look(&vif);
	if (bad) {
		return err_say(BH_USAGE, "network-attach: \"%s\": %s", text, bad);
	}
	rc = dom_find_stored(a->argv[0], "network-attach", &domid);
	return rc ? rc : vif_attach(domid, device_free_id(domid, "vif"), &vif) ? BH_FAILED : BH_OK;
}

/* Finds an interface by its number or its mac. false = there is none. */
static bool net_find(uint32_t domid, const char *arg, uint32_t *id)
{
	unsigned int nr;
	char **ids = xstore_list(&nr, "/local/domain/0/backend/vif/%u", domid);
	bool found = false;

	for (unsigned int i = 0; i < nr && !found; i++) {
		char *mac = xstore_read("/local/domain/0/backend/vif/%u/%s/mac", domid, ids[i]);

		found = !strcmp(ids[i], arg) || (mac && !strcasecmp(mac, arg));
		*id = (uint32_t)strtoul(ids[i], NULL, 10);
		free(mac);
	}
	free(ids);
	return found;
}

/* Finds a disk by its name in the guest or its number. */
static bool block_find(uint32_t domid, const char *arg, uint32_t *id)
{
	uint64_t number = disk_number(arg);
	char *there;

	if (number == 0 && !text_u64(arg, UINT32_MAX, &number)) {
		return false;
	}
	*id = (uint32_t)number;
	there = xstore_read("/local/domain/0/backend/vbd/%u/%u", domid, *id);
	free(there);
	return there != NULL;
}

static int detach(const struct args *a, const char *what, const char *kind)
{
	bool is_disk = !strcmp(kind, "vbd");
	struct device d = { .kind = kind };
	int rc = dom_find_stored(a->argv[0], what, &d.domid);

	if (rc) {
		return rc;
	}
	if (!(is_disk ? block_find : net_find)(d.domid, a->argv[1], &d.id)) {
		return err_say(BH_FAILED, "domain \"%s\" has no %s \"%s\"\nsee: bh %s %s",
			       a->argv[0], is_disk ? "disk" : "interface", a->argv[1],
			       is_disk ? "block-list" : "network-list", a->argv[0]);
	}
	if (args_has(a, 'f')) {
		device_remove(&d);
		return BH_OK;
	}
	if (device_detach(&d, DETACH_MS)) {
		return err_say(
			BH_TIMEOUT,
			"domain \"%s\" does not let go of \"%s\"\nunmount it there, or take it "
			"away all the same: --force",
			a->argv[0], a->argv[1]);
	}
	return BH_OK;
}

static int block_detach_cmd(const struct args *a)
{
	return detach(a, "block-detach", "vbd");
}

static int net_detach_cmd(const struct args *a)
{
	return detach(a, "network-detach", "vif");
}

static const struct opt detach_opts[] = {
	{ 'f', "force", NULL, "take it away even when the domain uses it" },
	{ 0 },
};

const struct cmd cmd_block_list = {
	.name = "block-list",
	.usage = "DOMAIN",
	.summary = "list the disks of a domain",
	.min = 1,
	.max = 1,
	.flags = CMD_JSON,
	.run = block_list_cmd,
};

const struct cmd cmd_block_attach = {
	.name = "block-attach",
	.usage = "DOMAIN DISK...",
	.summary = "give a domain a disk while it runs",
	.help = "DISK is as in disk= of a configuration: /images/a.img,raw,xvdb,rw\n",
	.min = 2,
	.max = -1,
	.run = block_attach_cmd,
};

const struct cmd cmd_block_detach = {
	.name = "block-detach",
	.usage = "DOMAIN VDEV",
	.summary = "take a disk from a domain",
	.help = "VDEV is its name in the guest, as block-list shows it: xvdb\n",
	.opts = detach_opts,
	.min = 2,
	.max = 2,
	.run = block_detach_cmd,
};

const struct cmd cmd_net_list = {
	.name = "network-list",
	.usage = "DOMAIN",
	.summary = "list the network interfaces of a domain",
	.min = 1,
	.max = 1,
	.flags = CMD_JSON,
	.run = net_list_cmd,
};

const struct cmd cmd_net_attach = {
	.name = "network-attach",
	.usage = "DOMAIN [KEY=VALUE]...",
	.summary = "give a domain a network interface while it runs",
	.help = "The keys are those of vif= of a configuration: bridge=br0 mac=...\n",
	.min = 1,
	.max = -1,
	.run = net_attach_cmd,
};

const struct cmd cmd_net_detach = {
	.name = "network-detach",
	.usage = "DOMAIN ID|MAC",
	.summary = "take a network interface from a domain",
	.opts = detach_opts,
	.min = 2,
	.max = 2,
	.run = net_detach_cmd,
};
