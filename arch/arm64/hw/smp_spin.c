/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CPUs whose node has enable-method "spin-table": each polls the word at cpu-release-addr with its
 * MMU off, and goes where that says (Linux: booting.rst; Devicetree Specification 3.8.1). Boot
 * only, no lock.
 */
#include <asm/smp.h>
#include <hv/arch.h>
#include <hv/compiler.h>
#include <hv/devtree.h>
#include <hv/frame.h>
#include <hv/mapping.h>
#include <hv/printk.h>
#include <hv/string.h>
#include <hv/window.h>

__init bool smp_has_spin_table(int node)
{
	const char *method = devtree_string(node, "enable-method");

	return method && strcmp(method, "spin-table") == 0;
}

__init s64 smp_spin_release(unsigned int cpu, int node, pa_t entry)
{
	u64 address;
	/* A broken one is refused below: no word of a table is odd. */
	pa_t at = pa(devtree_number(node, "cpu-release-addr", &address) ? 1 : address);
	char *page;

	if (at.v & 7 || map_is_own(at) || frame_is_ram(pa_to_mfn(at))) {
		pr_err("smp: CPU %u: cpu-release-addr is missing, not aligned, or not in reserved "
		       "memory\n",
		       cpu);
		return -1;
	}
	page = (char *)window_map(pa_to_mfn(at));
	*(u64 *)(page + (at.v & (PAGE_SIZE - 1))) = entry.v;
	arch_cache_clean_invalidate(page + (at.v & (PAGE_SIZE - 1)), sizeof(u64));
	window_unmap(page);
	__asm__ volatile("sev");
	return 0;
}
