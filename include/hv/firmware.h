/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Calls to the firmware below EL2: PSCI by the conduit that the device tree names (DEN0022), and
 * the SMC calling convention (DEN0028).
 */
#ifndef HV_FIRMWARE_H
#define HV_FIRMWARE_H

#include <hv/types.h>

enum firmware_conduit {
	FIRMWARE_NONE, /* until firmware_init() */
	FIRMWARE_SMC,
	FIRMWARE_HVC, /* never used at EL2; named to be refused with a message */
};

#define PSCI_CPU_ON_64	  0xc4000003U
#define PSCI_SYSTEM_OFF	  0x84000008U
#define PSCI_SYSTEM_RESET 0x84000009U

/* Boot: how to reach the firmware. */
void firmware_init(enum firmware_conduit conduit);

/* Boot: what resets the machine or switches it off if the firmware does not. */
void firmware_set_stop(void (*stop)(bool is_off));

/* One SMC; four results in out when it is not NULL. Returns the first, or -1 without firmware. */
s64 firmware_call(u64 function, u64 a1, u64 a2, u64 a3);

#endif
