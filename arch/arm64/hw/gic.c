/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Facade of the interrupt controller: holds what the driver found at boot, so that nobody above
 * names a driver. Sealed after boot.
 */
#include <hv/gic.h>

const struct gic_ops *gic_ops __sealed;
struct gic_info gic_info __sealed;
unsigned int gic_nr_lrs __sealed;
