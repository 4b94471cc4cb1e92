/* SPDX-License-Identifier: Apache-2.0 */
/* What the scheduler's sources ask of the configuration, as in the default one. */
#define CONFIG_ARM64	      1
#define CONFIG_NR_CPUS	      64
#define CONFIG_SCHED_CREDIT   1
#define CONFIG_SCHED_RTDS     1
#define CONFIG_SCHED_NULL     1
#define CONFIG_SCHED_ARINC653 1
#define CONFIG_TRACE	      1
