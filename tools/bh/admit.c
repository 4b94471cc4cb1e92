/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reservations in words; see admit.h. Pools have no names of their own in the hypervisor: pool N is
 * called Pool-N, so that a restarted Dom0 finds the same names.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "admit.h"
#include "err.h"
#include "hyp.h"
#include "text.h"

char *admit_share(uint32_t ppm, char buf[16])
{
	size_t n = (size_t)snprintf(buf, 16, "%u.%06u", ppm / 1000000, ppm % 1000000);

	while (n > 4 && buf[n - 1] == '0' && buf[n - 3] != '.') {
		buf[--n] = '\0';
	}
	return buf;
}

char *admit_text(const struct sched_admission *why, char *buf, size_t size)
{
	char asked[16], reserved[16], allowed[16], cpu[32];

	snprintf(cpu, sizeof(cpu), "CPU %u", why->cpu);
	if (why->overlap) {
		snprintf(buf, size,
			 "asked %s, but a reservation of %s shares CPU %u with it and not all CPUs",
			 admit_share(why->asked_ppm, asked),
			 admit_share(why->reserved_ppm, reserved), why->cpu);
		return buf;
	}
	snprintf(buf, size, "asked %s of %s, %s reserved, %s allowed",
		 admit_share(why->asked_ppm, asked),
		 why->cpu == ADMISSION_CPU_ANY ? "its CPUs" : cpu,
		 admit_share(why->reserved_ppm, reserved), admit_share(why->allowed_ppm, allowed));
	return buf;
}

int admit_explain(int rc, const char *what)
{
	struct bulkhead_refusal r;
	struct sched_admission why;
	char text[160];

	if (rc != -ENOSPC || hyp_refusal(&r) != 0) {
		return err_sys(rc, "%s\n\"bh cpupool-list\" shows pools and their schedulers",
			       what);
	}
	why = (struct sched_admission){
		.cpu = r.cpu,
		.asked_ppm = r.asked_ppm,
		.reserved_ppm = r.reserved_ppm,
		.allowed_ppm = r.allowed_ppm,
		.overlap = r.is_overlap != 0,
	};
	return err_say(BH_FAILED, "%s: %s\n%s", what, admit_text(&why, text, sizeof(text)),
		       why.overlap ? "pin both to the same CPUs, or to none in common"
				   : "lower the budget, or choose other CPUs");
}

bool admit_pool_id(const char *s, uint32_t *id)
{
	uint64_t v;

	if (!strncmp(s, "Pool-", 5)) {
		s += 5;
	}
	if (!text_u64(s, ADMIT_POOLS - 1, &v)) {
		return false;
	}
	*id = (uint32_t)v;
	return true;
}
