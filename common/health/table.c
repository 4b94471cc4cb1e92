/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The fault table: from a domain's policy and its restarts so far to what a fault leads to. Pure:
 * no lock, no clock; the caller says what time it is.
 *
 * Of each kind of restart the times of the last HEALTH_LIMIT_MAX are kept in a ring. A kind is used
 * up when the restart `limit` ago was within the window, so one look decides.
 */
#include <hv/health.h>

static bool is_used_up(const struct health_past *past, u32 limit, u64 since)
{
	return limit == 0 ||
	       (past->nr >= limit && past->at[(past->nr - limit) % HEALTH_LIMIT_MAX] >= since);
}

static void note(struct health_past *past, u64 now)
{
	past->at[past->nr++ % HEALTH_LIMIT_MAX] = now;
}

enum health_action health_decide(struct health_table *table, u64 now)
{
	const struct bulkhead_health_policy *policy = &table->policy;
	u64 window = policy->window_s * NSEC_PER_SEC;
	u64 since = now > window ? now - window : 0;

	if (policy->restart == BULKHEAD_RESTART_never) {
		return HEALTH_LEAVE;
	}
	if (policy->restart == BULKHEAD_RESTART_warm &&
	    !is_used_up(&table->warm, policy->warm_limit, since)) {
		note(&table->warm, now);
		return HEALTH_WARM;
	}
	if (!is_used_up(&table->cold, policy->cold_limit, since)) {
		note(&table->cold, now);
		return HEALTH_COLD;
	}
	return policy->give_up == BULKHEAD_GIVE_UP_reset ? HEALTH_RESET : HEALTH_DISABLE;
}

bool health_policy_is_valid(const struct bulkhead_health_policy *policy)
{
	return policy->restart <= BULKHEAD_RESTART_cold &&
	       policy->give_up <= BULKHEAD_GIVE_UP_reset &&
	       policy->warm_limit <= HEALTH_LIMIT_MAX && policy->cold_limit >= 1 &&
	       policy->cold_limit <= HEALTH_LIMIT_MAX && policy->window_s >= 1 &&
	       policy->window_s <= HEALTH_WINDOW_MAX && policy->watchdog_ms <= HEALTH_WATCHDOG_MAX;
}
