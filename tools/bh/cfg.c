/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A configuration as a whole: defaults, what follows from several keys
 * together, and its life. The keys are in cfg_keys.c, reading the file and
 * libxlutil's parser in cfg_source.c. All mistakes of a file are reported, not
 * only the first.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "cfg.h"
#include "cfg_source.h"
#include "err.h"

static const char *const action_names[NR_ACTIONS] = {
	"destroy",
	"restart",
	"rename-restart",
	"preserve",
};

const char *action_name(enum action a)
{
	return action_names[a];
}

enum action action_parse(const char *s)
{
	int a = 0;

	while (a < NR_ACTIONS && strcmp(s, action_names[a])) {
		a++;
	}
	return (enum action)a;
}

const char *stop_name(enum stop s)
{
	static const char *const names[NR_STOPS] = { "poweroff", "reboot", "crash", "watchdog" };

	return names[s];
}

struct where cfg_where(const struct cfg *c, const char *key)
{
	return source_where(c->source, key);
}

static void cfg_defaults(struct cfg *c)
{
	c->memory_kib = 128 * 1024;
	c->load_address = IMAGE_NO_LOAD;
	c->extratime = 1;
	for (int i = 0; i < BULKHEAD_NR_RATES; i++) {
		c->rates[i] = BULKHEAD_RATE_default;
	}
	c->health.warm_limit = c->health.cold_limit = 3;
	c->health.window_s = 60;
	c->action[STOP_REBOOT] = ACTION_RESTART;
	c->max_grant_frames = c->max_maptrack_frames = UINT32_MAX;
	c->max_event_channels = 1023;
	if (getrandom(c->uuid, sizeof(c->uuid), GRND_NONBLOCK) != (ssize_t)sizeof(c->uuid)) {
		memset(c->uuid, 0x5a, sizeof(c->uuid));
	}
	/* Version 4, variant 1 of RFC 9562. */
	c->uuid[6] = (uint8_t)((c->uuid[6] & 0x0f) | 0x40);
	c->uuid[8] = (uint8_t)((c->uuid[8] & 0x3f) | 0x80);
}

static int cfg_bootargs(struct cfg *c)
{
	int rc;

	if (c->cmdline) {
		rc = asprintf(&c->bootargs, "%s", c->cmdline);
	} else if (c->root) {
		rc = asprintf(&c->bootargs, "root=%s%s%s", c->root, c->extra ? " " : "",
			      c->extra ? c->extra : "");
	} else if (c->extra) {
		rc = asprintf(&c->bootargs, "%s", c->extra);
	} else {
		return BH_OK;
	}
	if (rc < 0) {
		return err_say(BH_FAILED, "out of memory");
	}
	if (strlen(c->bootargs) > 2047) {
		struct where w = cfg_where(c, c->cmdline ? "cmdline" : "extra");

		return err_at(w.file, w.line,
			      "the command line of the kernel has %zu bytes\nLinux takes 2047",
			      strlen(c->bootargs));
	}
	return BH_OK;
}

/* Period and budget come together, and the budget fits. */
static void cfg_reservation(const struct cfg *c)
{
	struct where w = cfg_where(c, c->budget_us ? "budget" : "period");

	if (!c->budget_us != !c->period_us) {
		err_at(w.file, w.line, "%s without %s\ngive both, in microseconds",
		       c->budget_us ? "budget" : "period", c->budget_us ? "period" : "budget");
	} else if (c->budget_us > c->period_us) {
		err_at(w.file, w.line,
		       "budget = %llu is more than period = %llu\na vCPU can have all of a CPU at "
		       "most",
		       (unsigned long long)c->budget_us, (unsigned long long)c->period_us);
	}
}

/* What can only be judged when all keys are known. */
static void cfg_complete(struct cfg *c)
{
	struct where w = cfg_where(c, "name");

	if (!c->name) {
		err_at(w.file, 0, "the domain has no name\nadd name = \"...\"");
	} else if (!text_name_ok(c->name)) {
		err_at(w.file, w.line,
		       "name = \"%s\" is no name for a domain\nuse 1 to 63 letters, digits and "
		       "signs without blank and '/', not digits only",
		       c->name);
	}
	if (!c->kernel) {
		err_at(w.file, 0, "no kernel is given\nadd kernel = \"/path/of/Image\"");
	}
	c->vcpus = c->vcpus ? c->vcpus : c->maxvcpus ? c->maxvcpus : 1;
	c->maxvcpus = c->maxvcpus ? c->maxvcpus : c->vcpus;
	if (c->maxvcpus < c->vcpus) {
		w = cfg_where(c, "maxvcpus");
		err_at(w.file, w.line, "maxvcpus is less than vcpus\nraise maxvcpus to %llu",
		       (unsigned long long)c->vcpus);
	}
	c->maxmem_kib = c->maxmem_kib ? c->maxmem_kib : c->memory_kib;
	if (c->maxmem_kib < c->memory_kib) {
		w = cfg_where(c, "maxmem");
		err_at(w.file, w.line, "maxmem is less than memory\nraise maxmem to %llu",
		       (unsigned long long)c->memory_kib / 1024);
	}
	passthru_check(c);
	cfg_reservation(c);
	cfg_bootargs(c);
}

struct cfg *cfg_parse(const char *file, const char *text, char *const *extra, int nr,
		      unsigned int nr_cpus)
{
	unsigned int before = err_count();
	struct cfg *c = calloc(1, sizeof(*c));
	const struct scan_key *sk;

	if (!c) {
		err_say(BH_FAILED, "out of memory");
		return NULL;
	}
	cfg_defaults(c);
	c->file = realpath(file, NULL);
	c->digest = text_hash(text, strlen(text));
	c->source = source_parse(file, text, extra, nr, nr_cpus);
	for (size_t i = 0; c->source && (sk = source_key(c->source, i)) != NULL; i++) {
		cfg_key_check(c, sk);
	}
	if (c->source && err_count() == before) {
		cfg_complete(c);
	}
	if (!c->source || err_count() != before) {
		cfg_free(c);
		return NULL;
	}
	return c;
}

struct cfg *cfg_load(const char *file, char *const *extra, int nr, unsigned int nr_cpus)
{
	char *text = cfg_read(file);
	struct cfg *c = text ? cfg_parse(file, text, extra, nr, nr_cpus) : NULL;

	free(text);
	return c;
}

void cfg_free(struct cfg *c)
{
	if (c) {
		source_free(c->source);
		passthru_close(&c->passthru);
		free(c->file);
		free(c->bootargs);
		free(c->affinity_hard);
		free(c->affinity_soft);
		free(c);
	}
}
