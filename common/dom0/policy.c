/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Dom0's fault table: what the command line says of it, and what its restarts need. A node
 * "bulkhead,dom0" of the boot tree goes first (common/build/dom0_node.c). The checksum over its
 * images is made when Dom0 runs, in slices. Boot, and the timer that does these; no lock.
 */
#include "dom0.h"

#include <hv/cmdline.h>
#include <hv/compiler.h>
#include <hv/errno.h>
#include <hv/health.h>
#include <hv/printk.h>
#include <hv/string.h>

#define SEAL_GAP (25 * NSEC_PER_USEC)

/*
 * dom0_restart=always|auto|never: whether Dom0 alone is restarted after a crash, a reboot or its
 * watchdog. auto: if there are other domains, else the machine is reset. True: auto.
 */
__init bool dom0_policy_read(struct bulkhead_health_policy *policy)
{
	const char *word = cmdline_get("dom0_restart");

	*policy = (struct bulkhead_health_policy){
		.restart = BULKHEAD_RESTART_cold,
		.give_up = BULKHEAD_GIVE_UP_reset,
		.cold_limit = 10,
		.window_s = 60,
		.watchdog_ms = (u32)MIN(cmdline_number("dom0_watchdog_ms", 0), HEALTH_WATCHDOG_MAX),
	};
	if (word && !strcmp(word, "never")) {
		policy->restart = BULKHEAD_RESTART_never;
	} else if (word && strcmp(word, "always") && strcmp(word, "auto")) {
		pr_warn("dom0: dom0_restart=%s is not known: give always, auto or never\n", word);
	}
	return !word || strcmp(word, "always");
}

__init int dom0_policy_set(struct domain *d, const struct bulkhead_health_policy *policy,
			   bool is_if_others)
{
	int rc = health_set_policy(d, policy);

	if (!rc) {
		d->health->is_if_others = is_if_others;
	}
	while (!rc && policy->restart != BULKHEAD_RESTART_never && (rc = health_note(d))) {
		rc = rc == -ERESTART ? 0 : rc;
	}
	return rc;
}

void dom0_seal(struct timer *timer)
{
	if (hardware_domain->images && health_seal(hardware_domain) == -ERESTART) {
		timer_init(timer, dom0_seal);
		timer_set(timer, time_now() + SEAL_GAP);
	}
}
