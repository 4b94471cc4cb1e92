/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bh pause, unpause, destroy, rename, shutdown, reboot.
 *
 * A shutdown is a request: through the domain's store (control/shutdown) when
 * the guest has a driver for it, as Linux has, else by typing what its
 * configuration says on its console. The guest then stops by itself, and its
 * monitor does what on_poweroff or on_reboot says.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "cmd.h"
#include "console.h"
#include "dom.h"
#include "err.h"
#include "monitor.h"
#include "record.h"
#include "tag.h"

#define GONE_MS 10000

/* A domctl without arguments on the guest named by the first argument. */
static int simple(const struct args *a, const char *what, uint32_t cmd)
{
	uint32_t domid;
	int rc = dom_find_guest(a->argv[0], what, &domid);

	if (rc) {
		return rc;
	}
	rc = hyp_dom_simple(domid, cmd);
	return rc ? err_sys(rc, "cannot %s domain \"%s\"", what, a->argv[0]) : BH_OK;
}

static int pause_cmd(const struct args *a)
{
	return simple(a, "pause", XEN_DOMCTL_pausedomain);
}

static int unpause_cmd(const struct args *a)
{
	return simple(a, "unpause", XEN_DOMCTL_unpausedomain);
}

static int destroy_cmd(const struct args *a)
{
	int worst = BH_OK;

	for (int i = 0; i < a->argc; i++) {
		uint32_t domid;
		int rc = dom_find_guest(a->argv[i], "destroy", &domid);

		if (rc == BH_OK) {
			rc = dom_destroy(domid);
			rc = rc ? err_sys(rc, "cannot destroy domain \"%s\"\nsee \"bh dmesg\"",
					  a->argv[i])
				: BH_OK;
			if (rc == BH_OK && !dom_wait_gone(domid, GONE_MS)) {
				rc = err_say(BH_TIMEOUT,
					     "domain \"%s\" is dying, but something still uses its "
					     "memory\nclose programs that have it mapped",
					     a->argv[i]);
			}
		}
		worst = rc ? rc : worst;
	}
	return worst;
}

static int rename_cmd(const struct args *a)
{
	uint32_t domid;
	uint32_t other;
	int rc = dom_find(a->argv[0], &domid);

	if (rc) {
		return rc;
	}
	/* A name of digits would be taken for a number. */
	rc = text_name_ok(a->argv[1]) ? 0 : -EINVAL;
	if (rc == 0 && dom_find_name(a->argv[1], &other) == 0 && other != domid) {
		rc = -EEXIST;
	}
	if (rc == 0) {
		rc = hyp_name_set(domid, a->argv[1]);
	}
	if (rc == 0 && record_is(domid)) {
		rc = record_rename(domid, a->argv[1]);
	}
	if (rc == -EEXIST) {
		return err_say(BH_FAILED, "another domain is named \"%s\"\nchoose another name",
			       a->argv[1]);
	}
	if (rc == -EINVAL) {
		return err_say(
			BH_USAGE,
			"\"%s\" is no name for a domain\nuse 1 to 63 letters, digits and signs "
			"without blank and '/', not digits only",
			a->argv[1]);
	}
	return rc ? err_sys(rc, "cannot rename domain \"%s\"", a->argv[0]) : BH_OK;
}

/* Asks the guest by the means it has. */
static int stop_request(uint32_t domid, const char *arg, const char *what, const char *key)
{
	char tag[BULKHEAD_TAG_MAX + 1];
	char text[512];
	const char *feature = strcmp(what, "reboot") ? "control/feature-poweroff"
						     : "control/feature-reboot";
	int rc = monitor_store_write(domid, feature, "control/shutdown", what);

	if (rc == 0) {
		return BH_OK;
	}
	if (hyp_tag_get(domid, tag) > 0 && tag_get(tag, key, 0, text, sizeof(text))) {
		rc = console_type(domid, console_pick(domid, CONSOLE_AUTO), text);
		return rc ? err_sys(rc, "cannot type on the console of \"%s\"", arg) : BH_OK;
	}
	if (rc == -ENOTCONN) {
		return err_say(
			BH_FAILED,
			"domain \"%s\" has no driver that would notice a request to %s\nset %s in "
			"its configuration, or end it at once: bh destroy %s",
			arg, what, key, arg);
	}
	return err_say(
		BH_FAILED,
		"domain \"%s\" has no monitor that could pass on a request to %s\nstart one: "
		"bh monitor --all; or end it at once: bh destroy %s",
		arg, what, arg);
}

/* Whether domain @domid has stopped or gone. */
static bool stopped(uint32_t domid)
{
	struct xen_domctl_getdomaininfo info;

	return hyp_dom_info(domid, &info) != 0 ||
	       (info.flags & (XEN_DOMINF_shutdown | XEN_DOMINF_dying)) != 0;
}

static int stop_wait(uint32_t domid, const char *arg, const char *seconds)
{
	struct timespec tenth = { .tv_nsec = 100000000 };
	uint64_t left = 60;

	if (seconds && !text_u64(seconds, 86400, &left)) {
		return err_say(BH_USAGE,
			       "\"%s\" is not a number of seconds\nwrite for example -t 30",
			       seconds);
	}
	for (uint64_t t = 0; t < left * 10; t++) {
		if (stopped(domid)) {
			return BH_OK;
		}
		nanosleep(&tenth, NULL);
	}
	return err_say(BH_TIMEOUT,
		       "domain \"%s\" still runs after %llu s\nlook at its console, or end it at "
		       "once: bh destroy %s",
		       arg, (unsigned long long)left, arg);
}

static int stop_cmd(const struct args *a, const char *what, const char *key)
{
	int worst = BH_OK;

	for (int i = 0; i < a->argc; i++) {
		uint32_t domid;
		int rc = dom_find_guest(a->argv[i], what, &domid);

		if (rc == BH_OK) {
			rc = stop_request(domid, a->argv[i], what, key);
		}
		if (rc == BH_OK && (args_has(a, 'w') || args_has(a, 't'))) {
			rc = stop_wait(domid, a->argv[i], args_val(a, 't'));
		}
		worst = rc ? rc : worst;
	}
	return worst;
}

static int shutdown_cmd(const struct args *a)
{
	return stop_cmd(a, "poweroff", "shutdown_input");
}

static int reboot_cmd(const struct args *a)
{
	return stop_cmd(a, "reboot", "reboot_input");
}

static const struct opt stop_opts[] = {
	{ 'w', "wait", NULL, "wait until it has stopped" },
	{ 't', "timeout", "SECONDS", "wait at most so long (60); implies -w" },
	{ 0 },
};

const struct cmd cmd_pause = {
	.name = "pause",
	.usage = "DOMAIN",
	.summary = "stop a domain's vCPUs until unpause",
	.min = 1,
	.max = 1,
	.run = pause_cmd,
};

const struct cmd cmd_unpause = {
	.name = "unpause",
	.usage = "DOMAIN",
	.summary = "let a paused domain run",
	.min = 1,
	.max = 1,
	.run = unpause_cmd,
};

const struct cmd cmd_destroy = {
	.name = "destroy",
	.usage = "DOMAIN...",
	.summary = "end a domain at once",
	.help = "Returns when its memory is free again.\n",
	.min = 1,
	.max = -1,
	.run = destroy_cmd,
};

const struct cmd cmd_rename = {
	.name = "rename",
	.usage = "DOMAIN NEWNAME",
	.summary = "give a domain another name",
	.min = 2,
	.max = 2,
	.run = rename_cmd,
};

const struct cmd cmd_shutdown = {
	.name = "shutdown",
	.usage = "DOMAIN...",
	.summary = "ask a domain to power off",
	.help = "Afterwards on_poweroff of its configuration decides.\n",
	.opts = stop_opts,
	.min = 1,
	.max = -1,
	.run = shutdown_cmd,
};

const struct cmd cmd_reboot = {
	.name = "reboot",
	.usage = "DOMAIN...",
	.summary = "ask a domain to reboot",
	.help = "Afterwards on_reboot of its configuration decides.\n",
	.opts = stop_opts,
	.min = 1,
	.max = -1,
	.run = reboot_cmd,
};
