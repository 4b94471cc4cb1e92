/* SPDX-License-Identifier: Apache-2.0 */
/* What the scheduler's sources ask of the configuration, as in the default one. */
#define CONFIG_DEBUG_KEYS     1
#define CONFIG_CONSOLE_INPUT  1
#define CONFIG_XSM	      1
#define CONFIG_THROTTLE	      1
#define CONFIG_CPU_POOLS      1
#define CONFIG_INSN_DECODE    1
#define CONFIG_CONSOLE_KEEP   1
#define CONFIG_CONSOLE_IO     1
#define CONFIG_MULTICALL      1
#define CONFIG_XENSTORE	      1
#define CONFIG_MEMORY_OP      1
#define CONFIG_COMMAND_LINE   1
#define CONFIG_TOOLSTACK      1
#define CONFIG_DOM0	      1
#define CONFIG_ARM64	      1
#define CONFIG_NR_IRQS	      1020
#define CONFIG_NR_CPUS	      64
#define CONFIG_SCHED_CREDIT   1
#define CONFIG_SCHED_BALANCE  1
#define CONFIG_SCHED_CHOICE   1
#define CONFIG_SCHED_RTDS     1
#define CONFIG_SCHED_NULL     1
#define CONFIG_SCHED_ARINC653 1
#define CONFIG_TRACE	      1
