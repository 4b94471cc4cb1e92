/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The keys of a configuration file: one table row each with name, kind, place
 * in struct cfg, limits and a line of documentation, from which checking,
 * "bh help --keys" and suggestions for misspelt keys are derived.
 *
 * A value is checked and stored by a function of its kind; keys with a syntax of
 * their own have their own function. Every mistake is reported with the place
 * where it was written, and checking goes on with the next key.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "admit.h"
#include "cfg.h"
#include "cfg_pv.h"
#include "cfg_source.h"
#include "err.h"

enum kind {
	K_TEXT,
	K_SIZE,
	K_NUM,
	K_ACTION,
	K_LIST, /* one value is a list of one */
	K_CUSTOM
};

struct key {
	const char *name;
	enum kind kind;
	size_t at;	   /* offset in struct cfg */
	uint64_t min, max; /* K_NUM, and K_SIZE in KiB */
	int (*custom)(struct cfg *c, const struct key *k);
	const char *doc;
};

#define AT(field) offsetof(struct cfg, field)

/* Prints a mistake at the place of @k. */
#define key_bad(c, k, ...)                                                                         \
	err_at(cfg_where((c), (k)->name).file, cfg_where((c), (k)->name).line, __VA_ARGS__)

/* ---- keys with their own syntax ---- */

/* Parses one CPU list for vCPUs [first, last]. */
static int affinity_one(struct cfg *c, const struct key *k, const char *text, struct cpuset *sets,
			unsigned int first, unsigned int last)
{
	const char *bad = cpuset_parse(text, source_cpus(c->source), &sets[first]);

	if (bad) {
		return key_bad(c, k,
			       "%s = \"%s\": %s\nthis machine has the CPUs 0-%u; write for example "
			       "\"0-1\", \"all\" or \"^0\"",
			       k->name, text, bad, source_cpus(c->source) - 1);
	}
	for (unsigned int i = first + 1; i <= last; i++) {
		sets[i] = sets[first];
	}
	return BH_OK;
}

/* "cpus" as one string for all vCPUs, or a list with an entry per vCPU (the last one repeats). */
static int set_affinity(struct cfg *c, const struct key *k)
{
	struct cpuset **field = (struct cpuset **)((char *)c + k->at);
	int nr = source_list_len(c->source, k->name);
	struct cpuset *sets = calloc(CFG_MAX_VCPUS, sizeof(*sets));
	int rc = BH_OK;

	if (!sets) {
		return err_say(BH_FAILED, "out of memory");
	}
	free(*field);
	*field = sets;
	if (nr < 0) {
		return affinity_one(c, k, source_text(c->source, k->name), sets, 0,
				    CFG_MAX_VCPUS - 1);
	}
	if (nr == 0 || nr > CFG_MAX_VCPUS) {
		return key_bad(c, k, "%s is a list of %d entries\ngive one entry per vCPU", k->name,
			       nr);
	}
	for (int i = 0; i < nr && rc == BH_OK; i++) {
		unsigned int last = i == nr - 1 ? CFG_MAX_VCPUS - 1 : (unsigned int)i;

		rc = affinity_one(c, k, source_item(c->source, k->name, i), sets, (unsigned int)i,
				  last);
	}
	return rc;
}

static int set_uuid(struct cfg *c, const struct key *k)
{
	const char *s = source_text(c->source, k->name);
	unsigned int n = 0;

	for (const char *p = s; *p && n < 16; n++) {
		unsigned int byte;

		p += *p == '-';
		if (strspn(p, "0123456789abcdefABCDEF") < 2 || sscanf(p, "%2x", &byte) != 1) {
			break;
		}
		c->uuid[n] = (uint8_t)byte;
		p += 2;
	}
	c->has_uuid = true;
	if (n != 16 || strlen(s) != 36) {
		return key_bad(c, k,
			       "uuid = \"%s\" is not a UUID\nremove the key to get a random one",
			       s);
	}
	return BH_OK;
}

static int set_vuart(struct cfg *c, const struct key *k)
{
	const char *s = source_text(c->source, k->name);

	if (strcmp(s, "sbsa_uart")) {
		return key_bad(c, k,
			       "vuart = \"%s\" is not known\n"
			       "the only kind is vuart = \"sbsa_uart\"",
			       s);
	}
	c->vuart = true;
	return BH_OK;
}

static int set_crash_text(struct cfg *c, const struct key *k)
{
	c->crash_text = source_text(c->source, k->name);
	if (strlen(c->crash_text) >= TEXT_FIND_MAX) {
		return key_bad(c, k, "crash_text is too long\ngive at most %d characters",
			       TEXT_FIND_MAX - 1);
	}
	return BH_OK;
}

static int set_gic(struct cfg *c, const struct key *k)
{
	const char *s = source_text(c->source, k->name);

	if (!strcmp(s, "v2") || !strcmp(s, "v3")) {
		c->gic_version = (uint64_t)(s[1] - '0');
	} else if (strcmp(s, "default")) {
		return key_bad(
			c, k,
			"gic_version = \"%s\" is not known\nwrite \"default\", \"v2\" or \"v3\"",
			s);
	}
	return BH_OK;
}

/* Keys that other toolstacks need to be told and that have one answer here. */
static int set_constant(struct cfg *c, const struct key *k)
{
	const char *s = source_text(c->source, k->name);
	bool is_type = !strcmp(k->name, "type");

	if (is_type ? !strcmp(s, "pvh") || !strcmp(s, "pv") : !strcmp(s, "generic")) {
		return BH_OK;
	}
	return key_bad(c, k, "%s = \"%s\" is not possible here\nremove the key", k->name, s);
}

static int set_pool(struct cfg *c, const struct key *k)
{
	const char *s = source_text(c->source, k->name);

	if (!admit_pool_id(s, &c->pool_id)) {
		return key_bad(c, k,
			       "pool = \"%s\" is not a pool\nthey are called Pool-0 to Pool-%u; "
			       "\"bh cpupool-list\" shows those in use",
			       s, ADMIT_POOLS - 1);
	}
	return BH_OK;
}

static int set_cap(struct cfg *c, const struct key *k)
{
	const char *s = source_text(c->source, k->name);

	c->has_cap = true;
	if (!text_u64(s, k->max, &c->cap)) {
		return key_bad(c, k,
			       "cap = %s is not a number from 0 to %llu\n"
			       "100 is one whole CPU, 0 means no limit",
			       s, (unsigned long long)k->max);
	}
	return BH_OK;
}

static int set_rate(struct cfg *c, const struct key *k)
{
	const char *s = source_text(c->source, k->name);
	uint64_t *rate = (uint64_t *)((char *)c + k->at);

	if (!text_u64(s, k->max, rate) || (*rate && *rate < k->min)) {
		return key_bad(c, k,
			       "%s = %s is neither 0 nor a number from %llu to %llu\n0 means no "
			       "limit; without the key the domain has the hypervisor's default",
			       k->name, s, (unsigned long long)k->min, (unsigned long long)k->max);
	}
	return BH_OK;
}

static int set_devices(struct cfg *c, const struct key *k)
{
	return passthru_key(c, k->name);
}

static int set_pv(struct cfg *c, const struct key *k)
{
	return cfg_pv_key(c, k->name);
}

/* A word: its place in the list is the value. */
static int set_word(struct cfg *c, const struct key *k)
{
	static const char *const restarts[] = { "never", "warm", "cold", NULL };
	static const char *const give_ups[] = { "disable", "reset", NULL };
	const char *const *words = k->at == AT(health.restart) ? restarts : give_ups;
	const char *s = source_text(c->source, k->name);
	uint64_t i = 0;

	while (words[i] && strcmp(words[i], s)) {
		i++;
	}
	*(uint64_t *)((char *)c + k->at) = i;
	if (!words[i]) {
		return key_bad(c, k, "%s = \"%s\" is not known\nwrite %s", k->name, s,
			       words == restarts ? "\"never\", \"warm\" or \"cold\""
						 : "\"disable\" or \"reset\"");
	}
	return BH_OK;
}

/* ---- the table ---- */

static const struct key keys[] = {
	{ "name", K_TEXT, AT(name), 0, 0, NULL, "name of the domain (needed)" },
	{ "kernel", K_TEXT, AT(kernel), 0, 0, NULL, "arm64 Image, ELF64 or raw binary (needed)" },
	{ "ramdisk", K_TEXT, AT(ramdisk), 0, 0, NULL, "initial ramdisk" },
	{ "cmdline", K_TEXT, AT(cmdline), 0, 0, NULL, "whole command line of the kernel" },
	{ "extra", K_TEXT, AT(extra), 0, 0, NULL, "command line, appended to root=" },
	{ "root", K_TEXT, AT(root), 0, 0, NULL, "root=... on the command line" },
	{ "load_address", K_NUM, AT(load_address), 0, UINT64_MAX - 1, NULL,
	  "guest address of a raw binary, also its entry" },
	{ "memory", K_SIZE, AT(memory_kib), 1024, 1ull << 40, NULL, "RAM in MiB (128)" },
	{ "maxmem", K_SIZE, AT(maxmem_kib), 1024, 1ull << 40, NULL, "upper limit of RAM in MiB" },
	{ "vcpus", K_NUM, AT(vcpus), 1, CFG_MAX_VCPUS, NULL, "vCPUs (1)" },
	{ "maxvcpus", K_NUM, AT(maxvcpus), 1, CFG_MAX_VCPUS, NULL,
	  "vCPUs that can be switched on" },
	{ "cpus", K_CUSTOM, AT(affinity_hard), 0, 0, set_affinity,
	  "CPUs the vCPUs may run on: \"0-1\", [\"0\",\"1\"]" },
	{ "cpus_soft", K_CUSTOM, AT(affinity_soft), 0, 0, set_affinity, "CPUs they should run on" },
	{ "cpu_weight", K_NUM, AT(weight), 1, 65535, NULL, "share of CPU time (256)" },
	{ "cap", K_CUSTOM, 0, 0, CFG_MAX_VCPUS * 100, set_cap,
	  "limit in percent of a CPU, 0 = none" },
	{ "pool", K_CUSTOM, 0, 0, 0, set_pool, "pool of CPUs it lives in (\"Pool-0\")" },
	{ "period", K_NUM, AT(period_us), ADMISSION_PERIOD_MIN_US, ADMISSION_PERIOD_MAX_US, NULL,
	  "rtds: period of each vCPU in microseconds" },
	{ "budget", K_NUM, AT(budget_us), ADMISSION_BUDGET_MIN_US, ADMISSION_PERIOD_MAX_US, NULL,
	  "rtds: CPU time reserved in each period, microseconds" },
	{ "extratime", K_NUM, AT(extratime), 0, 1, NULL,
	  "rtds: 1 = may also use what others leave (1)" },
	{ "trap_rate", K_CUSTOM, AT(rates[BULKHEAD_RATE_traps]), BULKHEAD_RATE_min,
	  BULKHEAD_RATE_max, set_rate, "traps per second that it may cause, 0 = no limit" },
	{ "interrupt_rate", K_CUSTOM, AT(rates[BULKHEAD_RATE_interrupts]), BULKHEAD_RATE_min,
	  BULKHEAD_RATE_max, set_rate, "interrupts per second that it may cause to itself" },
	{ "log_rate", K_CUSTOM, AT(rates[BULKHEAD_RATE_log]), BULKHEAD_RATE_min, BULKHEAD_RATE_max,
	  set_rate, "bytes per second that it may write to its consoles" },
	{ "restart", K_CUSTOM, AT(health.restart), 0, 0, set_word,
	  "by the hypervisor after a fault: \"never\", \"warm\", \"cold\"" },
	{ "warm_limit", K_NUM, AT(health.warm_limit), 0, 100, NULL, "warm ones in a window (3)" },
	{ "cold_limit", K_NUM, AT(health.cold_limit), 1, 100, NULL, "cold ones in a window (3)" },
	{ "restart_window", K_NUM, AT(health.window_s), 1, 86400, NULL, "its seconds (60)" },
	{ "give_up", K_CUSTOM, AT(health.give_up), 0, 0, set_word, "then: \"disable\", \"reset\"" },
	{ "watchdog_ms", K_NUM, AT(health.watchdog_ms), 0, 3600000, NULL, "runs from its start" },
	{ "on_poweroff", K_ACTION, AT(action[STOP_POWEROFF]), 0, 0, NULL,
	  "when it powers off (destroy)" },
	{ "on_reboot", K_ACTION, AT(action[STOP_REBOOT]), 0, 0, NULL, "when it reboots (restart)" },
	{ "on_crash", K_ACTION, AT(action[STOP_CRASH]), 0, 0, NULL, "when it crashes (destroy)" },
	{ "on_watchdog", K_ACTION, AT(action[STOP_WATCHDOG]), 0, 0, NULL,
	  "when its watchdog runs out (destroy)" },
	{ "vuart", K_CUSTOM, 0, 0, 0, set_vuart, "\"sbsa_uart\": a PL011 at 0x22000000" },
	{ "gic_version", K_CUSTOM, 0, 0, 0, set_gic, "\"v2\", \"v3\" or \"default\"" },
	{ "disk", K_LIST, 0, 0, 0, set_pv, "disks: [\"/images/a.img,raw,xvda,rw\"]" },
	{ "vif", K_LIST, 0, 0, 0, set_pv, "network interfaces: [\"bridge=br0,mac=...\"]" },
	{ "dtdev", K_LIST, 0, 0, 0, set_devices,
	  "devices of the machine, by path in its device tree" },
	{ "iomem", K_LIST, 0, 0, 0, set_devices,
	  "pages of their registers: \"START,NUMBER@GUEST\"" },
	{ "irqs", K_LIST, 0, 0, 0, set_devices, "their shared interrupts, 32 and up" },
	{ "device_tree", K_LIST, 0, 0, 0, set_devices,
	  "partial device tree that shows them to the domain" },
	{ "shutdown_input", K_TEXT, AT(shutdown_input), 0, 0, NULL,
	  "typed on its console by \"bh shutdown\"" },
	{ "reboot_input", K_TEXT, AT(reboot_input), 0, 0, NULL, "typed by \"bh reboot\"" },
	{ "crash_text", K_CUSTOM, AT(crash_text), 0, 0, set_crash_text,
	  "on its console, means that it has crashed (Linux: its panic)" },
	{ "uuid", K_CUSTOM, 0, 0, 0, set_uuid, "UUID (random)" },
	{ "max_grant_frames", K_NUM, AT(max_grant_frames), 1, 4096, NULL,
	  "limit of its grant table" },
	{ "max_maptrack_frames", K_NUM, AT(max_maptrack_frames), 0, 4096, NULL,
	  "limit of its maps" },
	{ "max_event_channels", K_NUM, AT(max_event_channels), 16, 4096, NULL,
	  "limit of its ports" },
	{ "type", K_CUSTOM, 0, 0, 0, set_constant, "\"pvh\": accepted, has no effect" },
	{ "builder", K_CUSTOM, 0, 0, 0, set_constant, "\"generic\": accepted, has no effect" },
};

#define NR_KEYS (sizeof(keys) / sizeof(keys[0]))

void cfg_print_keys(void)
{
	for (size_t i = 0; i < NR_KEYS; i++) {
		printf("  %-20s %s\n", keys[i].name, keys[i].doc);
	}
}

/* ---- checking one key ---- */

static int set_action(struct cfg *c, const struct key *k, const char *s)
{
	enum action a = action_parse(s);

	if (a == NR_ACTIONS) {
		bool known = !strncmp(s, "coredump", 8) || !strcmp(s, "soft-reset");

		return key_bad(c, k,
			       "%s = \"%s\" is not %s\nwrite destroy, restart, rename-restart or "
			       "preserve",
			       k->name, s, known ? "supported by bh" : "an action");
	}
	*(enum action *)((char *)c + k->at) = a;
	return BH_OK;
}

static int set_number(struct cfg *c, const struct key *k, const char *s)
{
	uint64_t *field = (uint64_t *)((char *)c + k->at);

	if (!text_u64(s, k->max, field) || *field < k->min) {
		return key_bad(c, k,
			       "%s = %s is not a number from %llu to %llu\n"
			       "write it in decimal or as 0x...",
			       k->name, s, (unsigned long long)k->min, (unsigned long long)k->max);
	}
	return BH_OK;
}

static int set_size(struct cfg *c, const struct key *k, const char *s)
{
	uint64_t *field = (uint64_t *)((char *)c + k->at);

	if (!text_size_kib(s, field) || *field < k->min || *field > k->max || *field % 4) {
		return key_bad(c, k,
			       "%s = %s is not a usable amount of memory\n"
			       "write it in MiB, at least %llu",
			       k->name, s, (unsigned long long)k->min / 1024);
	}
	return BH_OK;
}

static int key_apply(struct cfg *c, const struct key *k)
{
	const char *s = source_text(c->source, k->name);

	if (!s && k->kind != K_LIST && !(k->kind == K_CUSTOM && k->custom == set_affinity)) {
		return key_bad(c, k, "%s wants one value, not a list\nremove the brackets",
			       k->name);
	}
	switch (k->kind) {
	case K_TEXT:
		*(const char **)((char *)c + k->at) = s;
		return BH_OK;
	case K_SIZE:
		return set_size(c, k, s);
	case K_NUM:
		return set_number(c, k, s);
	case K_ACTION:
		return set_action(c, k, s);
	default:
		return k->custom(c, k);
	}
}

static int key_unsupported(struct cfg *c, const char *name)
{
	struct where w = cfg_where(c, name);
	const char *value = source_text(c->source, name);

	if (source_list_len(c->source, name) == 0 || (value && !value[0])) {
		return BH_OK;
	}
	return err_at(w.file, w.line,
		      "\"%s\" is a key of xl that bh does not support\nremove it, or create "
		      "the domain with xl and its daemons",
		      name);
}

static int key_unknown(const struct scan_key *sk, const struct where w)
{
	const char *near = NULL;
	unsigned int best = 2 + (unsigned int)strlen(sk->name) / 4;

	for (size_t i = 0; i < NR_KEYS; i++) {
		unsigned int d = text_distance(sk->name, keys[i].name);

		if (d < best) {
			best = d;
			near = keys[i].name;
		}
	}
	if (near) {
		return err_at(w.file, w.line, "unknown key \"%s\"\ndid you mean \"%s\"?", sk->name,
			      near);
	}
	return err_at(w.file, w.line, "unknown key \"%s\"\n\"bh help --keys\" lists the keys",
		      sk->name);
}

int cfg_key_check(struct cfg *c, const struct scan_key *sk)
{
	for (size_t i = 0; i < NR_KEYS; i++) {
		if (!strcmp(keys[i].name, sk->name)) {
			return key_apply(c, &keys[i]);
		}
	}
	if (cfg_key_of_xl(sk->name)) {
		return key_unsupported(c, sk->name);
	}
	return key_unknown(sk, cfg_where(c, sk->name));
}
