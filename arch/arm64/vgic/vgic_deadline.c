/* SPDX-License-Identifier: Apache-2.0 */
/*
 * When an interrupt that becomes pending has been due, for the trace: known for the virtual timer
 * alone (Arm ARM D12.2.4, CVAL). Its register is the vCPU's own while that is loaded, which goes
 * together with the list registers. In a file of its own because it reads a register of the CPU,
 * which the tests of the model on the host have not. No lock.
 */
#include <asm/sysreg.h>
#include <hv/domain.h>

#include "vgic_internal.h"

u64 vgic_timer_deadline(const struct vcpu *v)
{
	return v->domain->arch.cntvoff +
	       (vgic_is_local(v) ? read_sysreg(cntv_cval_el0) : v->arch.vtimer.cntv_cval);
}
