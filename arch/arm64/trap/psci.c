/* SPDX-License-Identifier: Apache-2.0 */
/*
 * PSCI 1.1 for guests (Arm DEN0022): a domain turns its own vCPUs on and off, and itself.
 * Affinities are the guest's (MPIDR of its vCPUs). Power states are all the same: CPU_SUSPEND is a
 * WFI. Locks: those of the domain layer, taken inside.
 */
#include <asm/psci.h>
#include <asm/sysreg.h>
#include <asm/trap.h>
#include <hv/arch.h>
#include <hv/context.h>
#include <hv/domain.h>
#include <hv/vgic.h>

#define PSCI_SUCCESS		0L
#define PSCI_NOT_SUPPORTED	(-1L)
#define PSCI_INVALID_PARAMETERS (-2L)
#define PSCI_ALREADY_ON		(-4L)
#define PSCI_INTERNAL_FAILURE	(-6L)
#define PSCI_INVALID_ADDRESS	(-9L)
#define PSCI_1_1		0x10001L
#define AFFINITY_ON		0L
#define AFFINITY_OFF		1L
#define TOS_NOT_PRESENT_MP	2L
#define FUNCTION_IS_64(f)	(((f) & 0x40000000U) != 0)

static u64 arg(const struct vcpu *v, u32 function, unsigned int n)
{
	u64 value = v->arch.regs.x[n];

	return FUNCTION_IS_64(function) ? value : (u32)value;
}

static struct vcpu *find_vcpu(struct domain *d, u64 affinity)
{
	u64 id = psci_vcpu_of_affinity(affinity);

	return id < d->nr_vcpus ? d->vcpus[id] : NULL;
}

static s64 psci_version(struct vcpu *v, u32 function)
{
	(void)v;
	(void)function;
	return PSCI_1_1;
}

static s64 cpu_suspend(struct vcpu *v, u32 function)
{
	(void)function;
	sched_block(&v->sched, SCHED_BLOCK_WAIT);
	if (vgic_has_pending(v)) {
		sched_unblock(&v->sched, SCHED_BLOCK_WAIT);
	}
	return PSCI_SUCCESS;
}

static s64 cpu_off(struct vcpu *v, u32 function)
{
	(void)function;
	vcpu_take_down(v);
	return PSCI_SUCCESS;
}

static s64 cpu_on(struct vcpu *v, u32 function)
{
	u64 entry = arg(v, function, 2);
	struct vcpu *target = find_vcpu(v->domain, arg(v, function, 1));

	if (!target) {
		return PSCI_INVALID_PARAMETERS;
	}
	if (entry & 3 || s2_lookup(v->domain, ipa_to_gfn(ipa(entry))).kind == S2_NONE) {
		return PSCI_INVALID_ADDRESS;
	}
	return vcpu_power_on(target, entry, arg(v, function, 3)) ? PSCI_ALREADY_ON : PSCI_SUCCESS;
}

static s64 affinity_info(struct vcpu *v, u32 function)
{
	struct vcpu *target = find_vcpu(v->domain, arg(v, function, 1));

	if (!target || arg(v, function, 2) != 0) {
		return PSCI_INVALID_PARAMETERS;
	}
	return READ_ONCE(target->is_up) ? AFFINITY_ON : AFFINITY_OFF;
}

static s64 migrate_info_type(struct vcpu *v, u32 function)
{
	(void)v;
	(void)function;
	return TOS_NOT_PRESENT_MP;
}

static s64 system_off(struct vcpu *v, u32 function)
{
	(void)function;
	domain_shutdown(v->domain, DOMAIN_SHUTDOWN_POWEROFF);
	return PSCI_SUCCESS;
}

static s64 system_reset(struct vcpu *v, u32 function)
{
	(void)function;
	domain_shutdown(v->domain, DOMAIN_SHUTDOWN_REBOOT);
	return PSCI_SUCCESS;
}

static s64 psci_features(struct vcpu *v, u32 function);

struct psci_row {
	u32 function;
	s64 (*call)(struct vcpu *v, u32 function);
};

static const struct psci_row rows[] = {
	{ 0x84000000U, psci_version },
	{ 0x84000001U, cpu_suspend },
	{ 0xc4000001U, cpu_suspend },
	{ 0x84000002U, cpu_off },
	{ 0x84000003U, cpu_on },
	{ 0xc4000003U, cpu_on },
	{ 0x84000004U, affinity_info },
	{ 0xc4000004U, affinity_info },
	{ 0x84000006U, migrate_info_type },
	{ 0x84000008U, system_off },
	{ 0x84000009U, system_reset },
	{ 0x8400000aU, psci_features },
};

#define SMCCC_VERSION 0x80000000U

static s64 psci_features(struct vcpu *v, u32 function)
{
	u32 asked = (u32)arg(v, function, 1);

	for (unsigned int i = 0; i < ARRAY_SIZE(rows); i++) {
		if (rows[i].function == asked) {
			return PSCI_SUCCESS;
		}
	}
	return asked == SMCCC_VERSION ? PSCI_SUCCESS : PSCI_NOT_SUPPORTED;
}

bool psci_call(struct vcpu *v, u32 function, s64 *result)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(rows); i++) {
		if (rows[i].function == function) {
			*result = rows[i].call(v, function);
			return true;
		}
	}
	return false;
}
