/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Checking EL2's own tables, which el2_map.c owns: nothing is both writable and executable, and no
 * domain's memory is mapped but through windows. Read-only; for tests and the debug key. They
 * change at boot only, so no lock.
 */
#include <asm/el2_map.h>
#include <asm/layout.h>
#include <hv/compiler.h>
#include <hv/mapping.h>
#include <hv/pgtable.h>

static int writable_and_executable(const struct pgtable_leaf *leaf, void *arg __unused)
{
	return !(leaf->entry & EL2_RO) && !(leaf->entry & EL2_XN);
}

bool map_is_write_xor_execute(void)
{
	return pgtable_visit(&el2_table, 0, BIT(EL2_TABLE_BITS), writable_and_executable, NULL) ==
	       0;
}

struct audit {
	bool (*is_foreign)(mfn_t frame);
	u64 nr;
};

static bool is_window(u64 addr)
{
	return (addr >= WINDOW_VA && addr < BOOT_FDT_VA) ||
	       (addr >= WINDOW_BLOCK_VA && addr < DEVICE_VA);
}

static int audit_leaf(const struct pgtable_leaf *leaf, void *arg)
{
	struct audit *audit = arg;
	u64 first = (leaf->entry & PT_ADDR_MASK) >> PAGE_SHIFT;
	u64 nr = BIT(leaf->shift - PAGE_SHIFT);

	if (is_window(leaf->addr)) {
		return 0;
	}
	for (u64 i = 0; i < nr; i++) {
		audit->nr += audit->is_foreign(mfn(first + i));
	}
	return 0;
}

u64 map_audit(bool (*is_foreign)(mfn_t frame))
{
	struct audit audit = { .is_foreign = is_foreign };

	pgtable_visit(&el2_table, 0, BIT(EL2_TABLE_BITS), audit_leaf, &audit);
	return audit.nr;
}
