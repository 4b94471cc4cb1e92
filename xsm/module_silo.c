/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Module "silo": as "default", but two domains without privilege have nothing to do with each
 * other: neither event channels nor grants go between them.
 */
#include <hv/domain.h>
#include <hv/xsm.h>

static bool silo_may(enum xsm_class class, const struct domain *subject,
		     const struct domain *object)
{
	if (class == XSM_CLASS_PEER && subject != object && !subject->is_privileged &&
	    (object == NULL || !object->is_privileged)) {
		return false;
	}
	return xsm_module_default.may(class, subject, object);
}

const struct xsm_module xsm_module_silo = { "silo", silo_may };
