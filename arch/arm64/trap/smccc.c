/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What guests may ask of the firmware, by HVC #0 or a trapped SMC (SMC calling convention, Arm
 * DEN0028): an allow-list, answered here; nothing reaches the firmware.
 *
 * PSCI 1.1 (DEN0022): a domain turns its own vCPUs on and off, and itself. Affinities are the
 * guest's (MPIDR of its vCPUs). Power states are all the same: CPU_SUSPEND is a WFI. The workaround
 * calls answer that this CPU needs none or that none is available through a call: a guest then
 * makes no call on its entry path. Locks: those of the domain layer, taken inside.
 */
#include <asm/psci.h>
#include <asm/sysreg.h>
#include <asm/trap.h>
#include <hv/arch.h>
#include <hv/budget.h>
#include <hv/context.h>
#include <hv/domain.h>

#define PSCI_SUCCESS		0L
#define PSCI_NOT_SUPPORTED	(-1L)
#define PSCI_INVALID_PARAMETERS (-2L)
#define PSCI_ALREADY_ON		(-4L)
#define PSCI_INVALID_ADDRESS	(-9L)
#define PSCI_1_1		0x10001L
#define AFFINITY_ON		0L
#define AFFINITY_OFF		1L
#define TOS_NOT_PRESENT_MP	2L
#define FUNCTION_IS_64(f)	(((f) & 0x40000000U) != 0)
/* Functions of PSCI with 32- and 64-bit arguments, but for the lowest bits. */
#define IS_PSCI(f) (((f) & 0xbfffffe0U) == 0x84000000U)

#define SMCCC_NOT_SUPPORTED	(-1L)
#define SMCCC_NOT_REQUIRED	(-2L)
#define SMCCC_VERSION		0x80000000U
#define SMCCC_ARCH_FEATURES	0x80000001U
#define SMCCC_ARCH_WORKAROUND_2 0x80007fffU
#define SMCCC_1_1		0x10001L

struct smccc_row {
	u32 function;
	s64 (*call)(struct vcpu *v, const struct smccc_row *row); /* NULL: the answer is value */
	s64 value;
};

static u64 arg(const struct vcpu *v, const struct smccc_row *row, unsigned int n)
{
	u64 value = v->arch.regs.x[n];

	return FUNCTION_IS_64(row->function) ? value : (u32)value;
}

static s64 cpu_suspend(struct vcpu *v, const struct smccc_row *row __unused)
{
	trap_wait(v);
	return PSCI_SUCCESS;
}

static s64 cpu_off(struct vcpu *v, const struct smccc_row *row __unused)
{
	vcpu_take_down(v);
	return PSCI_SUCCESS;
}

static s64 cpu_on(struct vcpu *v, const struct smccc_row *row)
{
	u64 entry = arg(v, row, 2);
	struct vcpu *target = domain_vcpu(v->domain, psci_vcpu_of_affinity(arg(v, row, 1)));

	if (!target) {
		return PSCI_INVALID_PARAMETERS;
	}
	if (entry & 3 || s2_lookup(v->domain, ipa_to_gfn(ipa(entry))).kind == S2_NONE) {
		return PSCI_INVALID_ADDRESS;
	}
	return vcpu_power_on(target, entry, arg(v, row, 3)) ? PSCI_ALREADY_ON : PSCI_SUCCESS;
}

static s64 affinity_info(struct vcpu *v, const struct smccc_row *row)
{
	struct vcpu *target = domain_vcpu(v->domain, psci_vcpu_of_affinity(arg(v, row, 1)));

	if (!target || arg(v, row, 2) != 0) {
		return PSCI_INVALID_PARAMETERS;
	}
	return READ_ONCE(target->is_up) ? AFFINITY_ON : AFFINITY_OFF;
}

static s64 shutdown(struct vcpu *v, const struct smccc_row *row)
{
	domain_shutdown(v->domain, (u8)row->value);
	return PSCI_SUCCESS;
}

static s64 arch_features(struct vcpu *v, const struct smccc_row *row)
{
	u32 asked = (u32)arg(v, row, 1);

	if (asked == SMCCC_VERSION || asked == SMCCC_ARCH_FEATURES) {
		return 0;
	}
	return asked == SMCCC_ARCH_WORKAROUND_2 ? SMCCC_NOT_REQUIRED : SMCCC_NOT_SUPPORTED;
}

static s64 psci_features(struct vcpu *v, const struct smccc_row *row);

static const struct smccc_row rows[] = {
	{ 0x84000000U, NULL, PSCI_1_1 },
	{ 0x84000001U, cpu_suspend, 0 },
	{ 0xc4000001U, cpu_suspend, 0 },
	{ 0x84000002U, cpu_off, 0 },
	{ 0x84000003U, cpu_on, 0 },
	{ 0xc4000003U, cpu_on, 0 },
	{ 0x84000004U, affinity_info, 0 },
	{ 0xc4000004U, affinity_info, 0 },
	{ 0x84000006U, NULL, TOS_NOT_PRESENT_MP },
	{ 0x84000008U, shutdown, DOMAIN_SHUTDOWN_POWEROFF },
	{ 0x84000009U, shutdown, DOMAIN_SHUTDOWN_REBOOT },
	{ 0x8400000aU, psci_features, 0 },
	{ SMCCC_VERSION, NULL, SMCCC_1_1 },
	{ SMCCC_ARCH_FEATURES, arch_features, 0 },
};

static const struct smccc_row *find_row(u32 function)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(rows); i++) {
		if (rows[i].function == function) {
			return &rows[i];
		}
	}
	return NULL;
}

static s64 psci_features(struct vcpu *v, const struct smccc_row *row)
{
	u32 asked = (u32)arg(v, row, 1);

	return asked == SMCCC_VERSION || (IS_PSCI(asked) && find_row(asked)) ? PSCI_SUCCESS
									     : PSCI_NOT_SUPPORTED;
}

void trap_smccc(struct vcpu *v)
{
	u32 function = (u32)v->arch.regs.x[0];
	const struct smccc_row *row = find_row(function);
	s64 result = SMCCC_NOT_SUPPORTED;

	budget_note(BUDGET_SMCCC, 0, IS_PSCI(function) ? function & 0x1f : BUDGET_SUB_OTHER);
	if (row) {
		result = row->call ? row->call(v, row) : row->value;
	}
	v->arch.regs.x[0] = (u64)result;
}
