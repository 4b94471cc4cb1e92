/* SPDX-License-Identifier: Apache-2.0 */
/* hello: the domain starts, sees its device tree, prints and powers off. The guest for the first
 * boot of anything. */
#include "lib.h"

const char guest_name[] = "hello";

void guest_main(void)
{
	printf("hello: %u vCPU, RAM 0x%lx+0x%lx, GICD 0x%lx, UART 0x%lx, %s\n", plat.nr_cpus,
	       plat.ram_base, plat.ram_size, plat.gicd, plat.uart,
	       plat.xen ? "Xen ABI" : "no hypervisor node");
	printf("hello: bootargs '%s'\n", plat.bootargs);
	check(plat.nr_cpus >= 1, "device tree names at least one vCPU");
	check((sysreg_read(currentel) >> 2) == 1, "runs at EL1");
	check(tick_hz() != 0, "counter frequency is %lu Hz", tick_hz());
	check((long)(ticks() - ticks()) < 0, "the counter advances");
	if (plat.xen) {
		check((xen_call(XEN_VERSION, 0, 0, 0, 0) >> 16) == 4, "XENVER_version says 4.x");
	}
	check((smccc_call(PSCI_VERSION, 0, 0, 0) >> 16) == 1, "PSCI_VERSION says 1.x");
}
