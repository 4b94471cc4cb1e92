/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Access control: asks the active module. The module is chosen at boot (Kconfig's default, or xsm=
 * on the command line) and does not change afterwards. Takes no lock.
 */
#include <hv/compiler.h>
#include <hv/domain.h>
#include <hv/errno.h>
#include <hv/string.h>
#include <hv/xsm.h>

static const struct xsm_module *const modules[] = {
	&xsm_module_default,
	IF_ENABLED(CONFIG_XSM_SILO, &xsm_module_silo),
};

static const struct xsm_module *active __sealed =
	IS_ENABLED(CONFIG_XSM_DEFAULT_MODULE_SILO) ? &xsm_module_silo : &xsm_module_default;

int xsm_check(enum xsm_hook hook, const struct domain *subject, const struct domain *object)
{
	enum xsm_class class = xsm_hooks[hook].class;

	if (likely(class == XSM_CLASS_ANY)) {
		return 0;
	}
	return active->may(class, subject, object) ? 0 : -EPERM;
}

int xsm_select(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(modules); i++) {
		if (modules[i] && strcmp(modules[i]->name, name) == 0) {
			active = modules[i];
			return 0;
		}
	}
	return -ENOENT;
}

const char *xsm_active_name(void)
{
	return active->name;
}
