/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hang: arms a watchdog of Dom0's (SCHEDOP_watchdog, 2 s) and has Linux halt: on arm64 that is an
 * endless loop with interrupts off. The watchdog is not that of Linux' driver, which halting stops.
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/reboot.h>

#define SCHED_OP	 29
#define SCHEDOP_watchdog 6

struct hypercall {
	uint64_t op, arg[5];
};

int main(void)
{
	static struct {
		uint32_t id, seconds;
	} dog = { 0, 2 };
	struct hypercall call = { SCHED_OP, { SCHEDOP_watchdog, (uintptr_t)&dog } };
	int fd = open("/dev/xen/privcmd", O_RDWR);

	if (fd < 0 || ioctl(fd, _IOC(_IOC_NONE, 'P', 0, sizeof(call)), &call) < 1) {
		perror("hang");
		return 1;
	}
	reboot(RB_HALT_SYSTEM);
	return 1;
}
