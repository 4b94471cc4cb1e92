/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The configuration of host tests: everything on, small sizes, so that wrap-arounds and overflows
 * are within reach of a test.
 */
#define CONFIG_DEBUG_KEYS		  1
#define CONFIG_CONSOLE_INPUT		  1
#define CONFIG_XSM			  1
#define CONFIG_THROTTLE			  1
#define CONFIG_GUEST_IRQS		  1
#define CONFIG_GUEST_IRQS_END		  1
#define CONFIG_DESTROY			  1
#define CONFIG_CPU_POOLS		  1
#define CONFIG_INSN_DECODE		  1
#define CONFIG_CONSOLE_KEEP		  1
#define CONFIG_CONSOLE_QUEUES		  1
#define CONFIG_CONSOLE_IO		  1
#define CONFIG_MULTICALL		  1
#define CONFIG_XENSTORE			  1
#define CONFIG_MEMORY_OP		  1
#define CONFIG_COMMAND_LINE		  1
#define CONFIG_TOOLSTACK		  1
#define CONFIG_DOM0			  1
#define CONFIG_BOOT_DOMAINS		  1
#define CONFIG_PASSTHROUGH		  1
#define CONFIG_HEALTH			  1
#define CONFIG_AUDIT			  1
#define CONFIG_XL			  1
#define CONFIG_STATIC_COMM		  1
#define CONFIG_EVTCHN_PEERS		  1
#define CONFIG_ARM64			  1
#define CONFIG_NR_IRQS			  1020
#define CONFIG_NR_CPUS			  8
#define CONFIG_DEVTREE_NODES		  1024
#define CONFIG_GICV3			  1
#define CONFIG_GICV2			  1
#define CONFIG_PL011			  1
#define CONFIG_MAX_DOMAINS		  16
#define CONFIG_GRANT_TABLE		  1
#define CONFIG_VUART			  1
#define CONFIG_SCHED_CREDIT		  1
#define CONFIG_SCHED_BALANCE		  1
#define CONFIG_SCHED_CHOICE		  1
#define CONFIG_SCHED_RTDS		  1
#define CONFIG_SCHED_NULL		  1
#define CONFIG_SCHED_ARINC653		  1
#define CONFIG_XSM_SILO			  1
#define CONFIG_XSM_DEFAULT_MODULE_DEFAULT 1
#define CONFIG_DEBUG			  1
#define CONFIG_CONSOLE_RING_SHIFT	  12
#define CONFIG_TRACE			  1
