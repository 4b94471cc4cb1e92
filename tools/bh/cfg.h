/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A domain's configuration: xl.cfg(5) syntax, checked completely before
 * anything is built. bh.cfg(5) documents the keys; the table in cfg.c is the
 * only place that knows them.
 */
#ifndef BH_CFG_H
#define BH_CFG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <public/bulkhead.h>

#include "disk.h"
#include "image.h"
#include "passthru.h"
#include "text.h"
#include "vif.h"

#define CFG_MAX_VCPUS BULKHEAD_MAX_VCPUS
#define CFG_MAX_KEYS  256
#define CFG_MAX_TEXT  65536

/* What to do when a domain has stopped. */
enum action {
	ACTION_DESTROY,
	ACTION_RESTART,
	ACTION_RENAME_RESTART,
	ACTION_PRESERVE,
	NR_ACTIONS,
};

/* Why it stopped; the index into cfg.action[]. */
enum stop {
	STOP_POWEROFF,
	STOP_REBOOT,
	STOP_CRASH,
	STOP_WATCHDOG,
	NR_STOPS,
};

struct cfg_source;

struct cfg {
	/* where it came from */
	char *file;	 /* absolute path */
	uint64_t digest; /* of the file's text */
	struct cfg_source *source;

	/* values; strings live as long as the cfg */
	const char *name;
	uint8_t uuid[16];
	const char *kernel;
	const char *ramdisk;
	char *bootargs;
	uint64_t memory_kib;
	uint64_t maxmem_kib;
	uint64_t vcpus;
	uint64_t maxvcpus;
	struct cpuset *affinity_hard; /* one per vCPU, NULL = anywhere */
	struct cpuset *affinity_soft;
	uint64_t weight; /* 0 = the scheduler's default */
	uint64_t cap;
	bool has_cap;
	uint64_t period_us, budget_us; /* of each vCPU; budget 0 = no reservation */
	uint64_t extratime;
	uint32_t pool_id;
	uint64_t rates[BULKHEAD_NR_RATES]; /* budgets per second, or BULKHEAD_RATE_default */
	struct {
		uint64_t restart, give_up, warm_limit, cold_limit, window_s, watchdog_ms;
	} health; /* what the hypervisor does by itself */
	enum action action[NR_STOPS];
	bool vuart;
	uint64_t gic_version;  /* 0 = as the machine */
	uint64_t load_address; /* IMAGE_NO_LOAD = not given */
	struct passthru passthru;
	struct disk disk[DISK_MAX];
	struct vif vif[VIF_MAX];
	unsigned int nr_disks, nr_vifs;
	uint64_t max_grant_frames, max_maptrack_frames, max_event_channels;
	const char *shutdown_input;
	const char *reboot_input;
	const char *crash_text; /* NULL = as the kernel's format suggests */
	/* being composed */
	const char *cmdline, *extra, *root;
	bool has_uuid;
};

/*
 * Reads @file and the assignments in @extra[0..nr) ("key=value") behind it. @nr_cpus limits CPU
 * lists. Explains every mistake it finds. NULL when there was one.
 */
struct cfg *cfg_load(const char *file, char *const *extra, int nr, unsigned int nr_cpus);
/* The same from text in memory, @file being its name in messages. */
struct cfg *cfg_parse(const char *file, const char *text, char *const *extra, int nr,
		      unsigned int nr_cpus);
void cfg_free(struct cfg *c);
/* Text of @file, allocated; NULL after an explanation. */
char *cfg_read(const char *file);

/* Where @key was written (line 0 when it was not). */
struct where cfg_where(const struct cfg *c, const char *key);

const char *action_name(enum action a);
/* NR_ACTIONS when @s names none. */
enum action action_parse(const char *s);
const char *stop_name(enum stop s);

/* "bh help --keys" */
void cfg_print_keys(void);

#endif
