/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Module "default": the privileged domain may do everything; the others what concerns themselves
 * and what a peer has offered them.
 */
#include <hv/domain.h>
#include <hv/xsm.h>

static bool default_may(enum xsm_class class, const struct domain *subject,
			const struct domain *object)
{
	switch (class) {
	case XSM_CLASS_ANY:
	case XSM_CLASS_PEER:
		return true;
	case XSM_CLASS_OWN:
		return subject == object || subject->is_privileged;
	case XSM_CLASS_CONTROL:
		return subject->is_privileged;
	}
	return false;
}

const struct xsm_module xsm_module_default = { "default", default_may };
