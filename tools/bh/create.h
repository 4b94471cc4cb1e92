/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Creating a domain from a configuration: shared by "bh create" and by the
 * monitor that restarts a domain.
 */
#ifndef BH_CREATE_H
#define BH_CREATE_H

#include <stdbool.h>
#include <stdint.h>

#include "cfg.h"
#include "plan.h"

/* Number of CPUs that CPU lists may name: the machine's, or any when there is no hypervisor. */
unsigned int create_nr_cpus(void);
/*
 * Builds the domain of @c, @extra being the assignments of the command line, which the tag keeps.
 * It is left paused. Explains itself. Returns enum bh_exit.
 */
int create_domain(struct cfg *c, char *const *extra, int nr_extra, uint32_t *domid);
/* Starts the monitor of @domid in the background. 0 or -errno. */
int create_monitor(uint32_t domid);

#endif
