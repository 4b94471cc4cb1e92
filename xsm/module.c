/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The module of access control that is in force, chosen at boot (Kconfig's default, or xsm= on the
 * command line) and not changed afterwards.
 *
 * default: any two domains may meet. silo: domains without privilege meet the privileged one only;
 * neither event channels nor grants go between two of them.
 */
#include <hv/compiler.h>
#include <hv/domain.h>
#include <hv/errno.h>
#include <hv/string.h>
#include <hv/xsm.h>

static bool is_silo __sealed_value = IS_ENABLED(CONFIG_XSM_DEFAULT_MODULE_SILO);

bool xsm_may_meet(const struct domain *object)
{
	return !is_silo || (object != NULL && object->is_privileged);
}

int xsm_select(const char *name)
{
	bool wants_silo = IS_ENABLED(CONFIG_XSM_SILO) && strcmp(name, "silo") == 0;

	if (!wants_silo && strcmp(name, "default") != 0) {
		return -ENOENT;
	}
	is_silo = wants_silo;
	return 0;
}

const char *xsm_active_name(void)
{
	return is_silo ? "silo" : "default";
}
