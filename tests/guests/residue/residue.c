/* SPDX-License-Identifier: Apache-2.0 */
/*
 * residue: the domain's memory holds nothing of what was in RAM before. Whoever starts the machine
 * fills RAM with a word that repeats, and gives it as pattern=; the guest looks at all of its first
 * bank. The word alone may be in a register that has been saved, so two in a row count.
 */
#include "lib.h"

const char guest_name[] = "residue";

void guest_main(void)
{
	const uint64_t *at = (const uint64_t *)plat.ram_base;
	uint64_t nr = plat.ram_size / sizeof(*at), pattern = opt_u64("pattern", 0), found = 0;

	for (uint64_t i = 1; i < nr; i++) {
		found += at[i] == pattern && at[i - 1] == pattern;
	}
	check(pattern != 0, "there is a pattern to look for");
	check(found == 0, "0x%lx bytes of RAM, %lu words of them as before", plat.ram_size, found);
}
