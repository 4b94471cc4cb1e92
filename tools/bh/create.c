/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From a checked configuration to a paused domain, and the start of its
 * monitor.
 *
 * The tag that stays with the domain names everything that a later bh needs:
 * configuration file, directory and command-line assignments for a restart,
 * the actions, and what to type on the console to shut it down.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "build.h"
#include "crash.h"
#include "create.h"
#include "err.h"
#include "hyp.h"
#include "tag.h"

extern char **environ;

unsigned int create_nr_cpus(void)
{
	struct bulkhead_info info;

	if (hyp_is_open() && hyp_own_info(&info) == 0 && info.nr_cpus > 0) {
		return info.nr_cpus < CPUSET_MAX ? info.nr_cpus : CPUSET_MAX;
	}
	return CPUSET_MAX;
}

static int create_tag(const struct plan *p, char *const *extra, int nr, char *buf, size_t size)
{
	const struct cfg *c = p->cfg;
	char digest[32];
	char vcpus[16];
	char cwd[1024];
	char key[32];
	struct tag t;

	snprintf(digest, sizeof(digest), "%016llx", (unsigned long long)c->digest);
	snprintf(vcpus, sizeof(vcpus), "%llu", (unsigned long long)c->vcpus);
	tag_start(&t, buf, size);
	tag_add(&t, "bh", "1");
	tag_add(&t, "config", c->file ? c->file : "");
	tag_add(&t, "digest", digest);
	tag_add(&t, "cwd", getcwd(cwd, sizeof(cwd)) ? cwd : "/");
	for (int i = 0; i < NR_STOPS; i++) {
		snprintf(key, sizeof(key), "on_%s", stop_name((enum stop)i));
		tag_add(&t, key, action_name(c->action[i]));
	}
	tag_add(&t, "vcpus", vcpus);
	if (c->vuart) {
		tag_add(&t, "vuart", "sbsa_uart");
	}
	if (c->crash_text || p->kernel.kind == IMAGE_LINUX) {
		tag_add(&t, "crash_text", c->crash_text ? c->crash_text : CRASH_LINUX);
	}
	if (c->shutdown_input) {
		tag_add(&t, "shutdown_input", c->shutdown_input);
	}
	if (c->reboot_input) {
		tag_add(&t, "reboot_input", c->reboot_input);
	}
	for (int i = 0; i < nr; i++) {
		tag_add(&t, "set", extra[i]);
	}
	if (t.full) {
		return err_at(c->file ? c->file : "configuration", 0,
			      "the paths and command-line assignments "
			      "are too long to be kept with the domain (%zu bytes at most)\nmove "
			      "assignments into the file, or shorten its path",
			      size - 1);
	}
	return BH_OK;
}

int create_domain(struct cfg *c, char *const *extra, int nr_extra, uint32_t *domid)
{
	char tag[BULKHEAD_TAG_MAX + 1];
	struct plan p;
	int rc = plan_make(&p, c);

	if (rc) {
		return rc;
	}
	rc = create_tag(&p, extra, nr_extra, tag, sizeof(tag));
	if (rc == BH_OK) {
		rc = plan_check(&p);
	}
	if (rc == BH_OK) {
		rc = build_domain(&p, tag, domid);
	}
	plan_free(&p);
	return rc;
}

int create_monitor(uint32_t domid)
{
	char id[16];
	char *argv[] = { "bh", "monitor", id, NULL };
	posix_spawn_file_actions_t fa;
	posix_spawnattr_t attr;
	pid_t pid;
	int rc;

	snprintf(id, sizeof(id), "%u", domid);
	posix_spawn_file_actions_init(&fa);
	posix_spawnattr_init(&attr);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSID);
	posix_spawn_file_actions_addopen(&fa, 0, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_addopen(&fa, 1, "/dev/null", O_WRONLY, 0);
	/* Its messages go to the kernel's log, which exists on the smallest Dom0. */
	posix_spawn_file_actions_addopen(&fa, 2,
					 access("/dev/kmsg", W_OK) ? "/dev/null" : "/dev/kmsg",
					 O_WRONLY, 0);
	rc = posix_spawn(&pid, "/proc/self/exe", &fa, &attr, argv, environ);
	posix_spawnattr_destroy(&attr);
	posix_spawn_file_actions_destroy(&fa);
	return -rc;
}
