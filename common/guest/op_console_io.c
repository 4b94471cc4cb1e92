/* SPDX-License-Identifier: Apache-2.0 */
/*
 * console_io: Dom0's way to the machine's console (CONSOLEIO_write, CONSOLEIO_read). Writes go out
 * in pieces with a preemption point after each, because a serial port is slow: while its queue is
 * full the guest repeats the hypercall, interruptible in between.
 */
#include <hv/console.h>
#include <hv/domain.h>
#include <hv/errno.h>
#include <hv/format.h>
#include <hv/guest_access.h>
#include <hv/hypercall.h>
#include <hv/softirq.h>
#include <public/xen.h>

#define PIECE 32U

static s64 console_write(u64 *args)
{
	const struct domain *d = current_domain();
	char piece[PIECE], tag[8];
	u32 left = (u32)args[1];

	format(tag, sizeof(tag), "d%u", d->id);
	while (left != 0) {
		u32 n = MIN(left, PIECE), taken;

		if (guest_copy_from(piece, args[2], n) != 0) {
			return -EFAULT;
		}
		taken = (u32)console_guest_write(d == hardware_domain ? NULL : tag, piece, n);
		left -= taken;
		args[1] = left;
		args[2] += taken;
		if (left != 0 && (taken < n || softirq_preempt_needed())) {
			return -ERESTART;
		}
	}
	return 0;
}

static s64 console_read(u32 room, u64 gva)
{
	char piece[PIECE];
	size_t n = console_guest_read(piece, MIN(room, PIECE));

	return n != 0 && guest_copy_to(gva, piece, n) != 0 ? -EFAULT : (s64)n;
}

s64 op_console_io(u64 *args)
{
	if (args[0] != CONSOLEIO_write && args[0] != CONSOLEIO_read) {
		return -ENOSYS;
	}
	if ((s32)args[1] < 0) {
		return -EINVAL;
	}
	return args[0] == CONSOLEIO_write ? console_write(args)
					  : console_read((u32)args[1], args[2]);
}
