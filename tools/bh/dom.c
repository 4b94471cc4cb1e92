/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Domains by name or number, their state in words, and their end.
 *
 * Destroying is done in slices: the hypervisor answers -EAGAIN as long as it
 * is not finished and wants to be called again. Afterwards a domain stays
 * visible ("d") until the last foreign reference to its pages is dropped.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <string.h>
#include <time.h>

#include "dom.h"
#include "err.h"
#include "record.h"
#include "xstore.h"

static void dom_sleep_ms(unsigned int ms)
{
	struct timespec ts = { .tv_sec = ms / 1000, .tv_nsec = (long)(ms % 1000) * 1000000 };

	nanosleep(&ts, NULL);
}

/* What the store says of a domain's name holds: xl renames there only. */
int dom_find_name(const char *name, uint32_t *domid)
{
	struct xen_domctl_getdomaininfo info;
	char there[BULKHEAD_NAME_LEN];
	int rc;

	if (record_find(name, domid) && hyp_dom_info(*domid, &info) == 0) {
		return 0;
	}
	rc = hyp_name_find(name, domid);
	return rc == 0 && record_name(*domid, there) ? -ENOENT : rc;
}

int dom_find(const char *arg, uint32_t *domid)
{
	struct xen_domctl_getdomaininfo info;
	uint64_t id;
	int rc;

	if (text_u64(arg, DOMID_FIRST_RESERVED - 1, &id)) {
		rc = hyp_dom_info((uint32_t)id, &info);
		*domid = (uint32_t)id;
	} else {
		rc = dom_find_name(arg, domid);
	}
	if (rc == -ESRCH || rc == -ENOENT) {
		return err_say(BH_NODOM, "there is no domain \"%s\"\n\"bh list\" shows all domains",
			       arg);
	}
	if (rc) {
		return err_sys(rc, "cannot look up domain \"%s\"", arg);
	}
	return BH_OK;
}

int dom_find_guest(const char *arg, const char *what, uint32_t *domid)
{
	int rc = dom_find(arg, domid);

	if (rc == BH_OK && *domid == 0) {
		return err_say(BH_FAILED,
			       "cannot %s Domain-0, which runs this command\nto stop the machine, "
			       "use poweroff or reboot",
			       what);
	}
	return rc;
}

int dom_find_stored(const char *arg, const char *what, uint32_t *domid)
{
	int rc = xstore_need(what);

	rc = rc ? rc : dom_find_guest(arg, what, domid);
	if (rc == BH_OK && !record_is(*domid)) {
		return err_say(BH_FAILED,
			       "domain \"%s\" has a store of its own: xenstored did not run when "
			       "it was created\ncreate it again",
			       arg);
	}
	return rc;
}

const char *dom_name(uint32_t domid, char name[BULKHEAD_NAME_LEN])
{
	char there[BULKHEAD_NAME_LEN];

	if (hyp_name_get(domid, name)) {
		name[0] = '\0';
	}
	if (record_name(domid, there) && strcmp(there, name)) {
		/* The hypervisor's messages then have it, too. */
		(void)hyp_name_set(domid, there);
		strcpy(name, there);
	}
	if (!name[0]) {
		strcpy(name, "(unnamed)");
	}
	return name;
}

int dom_destroy(uint32_t domid)
{
	int rc;

	do {
		rc = hyp_dom_simple(domid, XEN_DOMCTL_destroydomain);
	} while (rc == -EAGAIN || rc == -EINTR);
	/* Back ends have its memory mapped until they are told. */
	record_remove(domid);
	return rc;
}

bool dom_wait_gone(uint32_t domid, unsigned int ms)
{
	struct xen_domctl_getdomaininfo info;

	unsigned int step = 1;

	/* Usually it is gone at once, or as soon as its monitor has let go of its store. */
	for (unsigned int t = 0; hyp_dom_info(domid, &info) == 0; t += step) {
		if (t >= ms) {
			return false;
		}
		dom_sleep_ms(step);
		step = step < 50 ? step * 2 : step;
	}
	return true;
}

const char *dom_state(const struct xen_domctl_getdomaininfo *info, char buf[8])
{
	bool shut = info->flags & XEN_DOMINF_shutdown;
	bool crashed = shut && dom_shutdown_reason(info) == SHUTDOWN_crash;

	buf[0] = info->flags & XEN_DOMINF_running ? 'r' : '-';
	buf[1] = info->flags & XEN_DOMINF_blocked ? 'b' : '-';
	buf[2] = info->flags & XEN_DOMINF_paused ? 'p' : '-';
	buf[3] = shut ? 's' : '-';
	buf[4] = crashed ? 'c' : '-';
	buf[5] = info->flags & XEN_DOMINF_dying ? 'd' : '-';
	buf[6] = '\0';
	return buf;
}

uint32_t dom_shutdown_reason(const struct xen_domctl_getdomaininfo *info)
{
	return info->flags >> XEN_DOMINF_shutdownshift & XEN_DOMINF_shutdownmask;
}

const char *dom_shutdown_name(uint32_t reason)
{
	static const char *const names[] = {
		[SHUTDOWN_poweroff] = "poweroff", [SHUTDOWN_reboot] = "reboot",
		[SHUTDOWN_suspend] = "suspend",	  [SHUTDOWN_crash] = "crash",
		[SHUTDOWN_watchdog] = "watchdog", [SHUTDOWN_soft_reset] = "soft_reset",
	};

	return reason < sizeof(names) / sizeof(names[0]) ? names[reason] : "unknown";
}
