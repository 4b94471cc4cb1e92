/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Debug key 'a': walk the translation tables of EL2 and of every domain and hold each leaf against
 * the frame table. EL2 must map no frame of a domain; a domain must map its own frames, what others
 * have shared with it, and devices. One line each, "0 wrong" when all is well. Holds no lock across
 * domains.
 */
#include <hv/debugkeys.h>
#include <hv/domain.h>
#include <hv/frame.h>
#include <hv/mapping.h>
#include <hv/printk.h>
#include <hv/stage2.h>

static void audit(char key __unused)
{
	struct s2_audit result;

	printk("audit: EL2 maps %lu frames of domains, %s\n", map_audit(frame_is_ram),
	       map_is_write_xor_execute() ? "nothing both writable and executable"
					  : "something both writable and executable");
	for (struct domain *d = domain_next(NULL); d; d = domain_next(d)) {
		s2_audit(d, &result);
		printk("audit: d%u: %lu leaves, %lu wrong", d->id, result.nr_leaves,
		       result.nr_wrong);
		if (result.nr_wrong) {
			printk(", the last at guest frame %#lx", result.first_wrong);
		}
		printk("\n");
	}
}

void audit_init(void)
{
	debugkeys_register('a', audit, "check EL2's and all domains' translation tables");
}
