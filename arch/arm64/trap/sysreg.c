/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Trapped system registers and instructions: an allow-list. What is not in a row is undefined for
 * the guest, and so is the other direction where a row is for reads or writes alone. Debug, trace
 * and performance-monitor registers are no guest's: they read as zero and ignore writes, which is
 * what an absent unit looks like to Linux. Encodings as in ESR_EL2.ISS (Arm ARM D24.2.40). No
 * locks.
 */
#include <asm/sysreg.h>
#include <asm/trap.h>
#include <hv/budget.h>
#include <hv/compiler.h>
#include <hv/context.h>
#include <hv/vgic.h>
#include <hv/vtimer.h>

#define ISS_IS_READ BIT(0)
#define ISS_RT(iss) ((unsigned int)((iss) >> 5) & 31)

struct sysreg_row {
	u32 enc, mask; /* with the direction (ISS_IS_READ), unless the row is for both */
	void (*access)(struct vcpu *v, u64 arg, bool is_read, u64 *value); /* arg: the row's own */
	u64 arg;
};

/* Writes are ignored. */
static void constant(struct vcpu *v __unused, u64 arg, bool is_read, u64 *value)
{
	*value = is_read ? arg : *value;
}

static void sgi(struct vcpu *v, u64 arg, bool is_read __unused, u64 *value)
{
	if (!vgic_sgi_write(v, *value, (enum vgic_sgi_reg)arg)) {
		v->arch.regs.pc -= 4; /* the step over it leads back */
	}
}

static void deactivate(struct vcpu *v, u64 arg __unused, bool is_read __unused, u64 *value)
{
	vgic_dir_write(v, *value);
}

#define ALL	    SYSREG_ENC_MASK
#define ANY_OP2	    (SYSREG_ENC_MASK & ~SYSREG_ENC(0, 0, 0, 0, 7))
#define ANY_CRM_OP2 (SYSREG_ENC_MASK & ~SYSREG_ENC(0, 0, 0, 15, 7))
#define ROW(op0, op1, crn, crm, op2, mask, access, arg)                                            \
	{ SYSREG_ENC(op0, op1, crn, crm, op2), mask, access, arg }
#define READ_ROW(op0, op1, crn, crm, op2, arg)                                                     \
	{ SYSREG_ENC(op0, op1, crn, crm, op2) | ISS_IS_READ, ALL | ISS_IS_READ, constant, (arg) }
#define WRITE_ROW(op0, op1, crn, crm, op2, access, arg)                                            \
	ROW(op0, op1, crn, crm, op2, ALL | ISS_IS_READ, access, arg)

/* {op0, CRn}, by which the rows are sorted, so that a look-up reads a handful of them at most. */
#define GROUP(iss) (((iss) >> 16 & 0x30) | ((iss) >> 10 & 0xf))
#define NR_GROUPS  64U

/* clang-format off */
static const struct sysreg_row rows[] = {
	/*
	 * Set/way cache maintenance: memory of a domain is always coherent when it starts, and
	 * set/way has no meaning on a shared cache; a guest can only hurt others' speed with it.
	 */
	WRITE_ROW(1, 0, 7, 6, 2, constant, 0),	/* DC ISW */
	WRITE_ROW(1, 0, 7, 10, 2, constant, 0),	/* DC CSW */
	WRITE_ROW(1, 0, 7, 14, 2, constant, 0),	/* DC CISW */
	/* Debug: OSLSR_EL1 says "lock implemented, unlocked"; the rest is absent. */
	/* DBGBVR.. DBGWCR, MDCCINT, MDSCR, OSDTR */
	ROW(2, 0, 0, 0, 0, ANY_CRM_OP2, constant, 0),
	READ_ROW(2, 3, 0, 1, 0, 0),	/* MDCCSR_EL0 */
	ROW(2, 3, 0, 4, 0, ALL, constant, 0),		/* DBGDTR_EL0 */
	ROW(2, 3, 0, 5, 0, ALL, constant, 0),		/* DBGDTRRX/TX_EL0 */
	READ_ROW(2, 0, 1, 1, 4, 8),	/* OSLSR_EL1 */
	WRITE_ROW(2, 0, 1, 0, 4, constant, 0),	/* OSLAR_EL1 */
	ROW(2, 0, 1, 3, 4, ALL, constant, 0),		/* OSDLR_EL1 */
	ROW(2, 0, 1, 4, 4, ALL, constant, 0),		/* DBGPRCR_EL1 */
	READ_ROW(2, 0, 1, 0, 0, 0),	/* MDRAR_EL1 */
	ROW(2, 0, 7, 8, 6, ALL, constant, 0),		/* DBGCLAIMSET_EL1 */
	ROW(2, 0, 7, 9, 6, ALL, constant, 0),		/* DBGCLAIMCLR_EL1 */
	READ_ROW(2, 0, 7, 14, 6, 0),	/* DBGAUTHSTATUS_EL1 */
	ROW(3, 0, 1, 0, 1, ALL, constant, 0),		/* ACTLR_EL1 */
	/* Performance monitors */
	ROW(3, 3, 9, 12, 0, ANY_OP2, constant, 0),	/* PMCR … PMCEID* */
	ROW(3, 3, 9, 13, 0, ANY_OP2, constant, 0),	/* PMCCNTR, PMXEV* */
	ROW(3, 3, 9, 14, 0, ANY_OP2, constant, 0),	/* PMUSERENR, PMOVSSET */
	ROW(3, 0, 9, 14, 0, ANY_OP2, constant, 0),	/* PMINTEN*, PMMIR */
	WRITE_ROW(3, 0, 12, 11, 5, sgi, VGIC_SGI1R),	/* ICC_SGI1R_EL1 */
	WRITE_ROW(3, 0, 12, 11, 6, sgi, VGIC_ASGI1R),	/* ICC_ASGI1R_EL1 */
	WRITE_ROW(3, 0, 12, 11, 7, sgi, VGIC_SGI0R),	/* ICC_SGI0R_EL1 */
	WRITE_ROW(3, 0, 12, 11, 1, deactivate, 0),	/* ICC_DIR_EL1 */
	ROW(3, 0, 12, 12, 5, ALL, constant, 7),	/* ICC_SRE_EL1: system registers only */
	ROW(3, 0, 13, 0, 7, ALL, constant, 0),		/* SCXTNUM_EL1 */
	ROW(3, 3, 13, 0, 7, ALL, constant, 0),		/* SCXTNUM_EL0 */
	ROW(3, 3, 14, 2, 1, ALL, vtimer_sysreg_access, VTIMER_CNTP_CTL),
	ROW(3, 3, 14, 2, 2, ALL, vtimer_sysreg_access, VTIMER_CNTP_CVAL),
	ROW(3, 3, 14, 2, 0, ALL, vtimer_sysreg_access, VTIMER_CNTP_TVAL),
	ROW(3, 3, 14, 0, 1, ALL, vtimer_sysreg_access, VTIMER_CNTPCT),
	/* PMEV*: performance monitors */
	ROW(3, 3, 14, 8, 0, ANY_CRM_OP2 | SYSREG_ENC(0, 0, 0, 8, 0), constant, 0),
	{ .enc = 1 },	/* the end: no access has it, and it is of another group than the last */
};
/* clang-format on */

/* Of each group, or of a later one if it has none. */
static const struct sysreg_row *first[NR_GROUPS] __sealed;

__init void sysreg_init(void)
{
	const struct sysreg_row *row = rows;

	for (u32 group = 0; group < NR_GROUPS; group++) {
		first[group] = row;
		while (GROUP(row->enc) == group) {
			row++;
		}
	}
}

static const struct sysreg_row *find(u64 iss)
{
	const struct sysreg_row *row = first[GROUP(iss)];

	while ((iss & row->mask) != row->enc) {
		if (GROUP(row->enc) != GROUP(iss)) {
			return NULL;
		}
		row++;
	}
	return row;
}

void trap_sysreg(struct vcpu *v, u64 esr)
{
	u64 iss = esr & ESR_ISS_MASK;
	bool is_read = iss & ISS_IS_READ;
	u64 value = is_read ? 0 : vcpu_reg_read(v, ISS_RT(iss));
	const struct sysreg_row *row = find(iss);

	budget_note(BUDGET_TRAP, EC_SYSREG, 0);
	if (row) {
		row->access(v, row->arg, is_read, &value);
	} else if (!is_read || !idreg_read(iss & SYSREG_ENC_MASK, &value)) {
		exception_inject_undef(v);
		return;
	}
	if (is_read) {
		vcpu_reg_write(v, ISS_RT(iss), value);
	}
	exception_skip(v, true);
}
