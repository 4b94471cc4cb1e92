/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Devices that reset the machine or switch it off where no firmware does (drivers/power). Found at
 * boot in the device tree; used through firmware_set_stop() by whoever stops the machine
 * (arch_machine_off(), arch_machine_reset()). No locks.
 */
#ifndef HV_POWER_H
#define HV_POWER_H

/* Boot: find one and give it to firmware_set_stop(). -ENODEV when there is none. */
int power_init(void);

#endif
