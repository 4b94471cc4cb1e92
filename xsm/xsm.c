/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Access control: asks the active module. The module is chosen at boot (Kconfig's default, or xsm=
 * on the command line) and does not change afterwards. Takes no lock.
 */
#include <hv/compiler.h>
#include <hv/errno.h>
#include <hv/string.h>
#include <hv/xsm.h>

static const struct xsm_module *const modules[] = {
	&xsm_module_default,
#ifdef CONFIG_XSM_SILO
	&xsm_module_silo,
#endif
};

static const struct xsm_module *active __sealed =
#ifdef CONFIG_XSM_DEFAULT_MODULE_SILO
	&xsm_module_silo;
#else
	&xsm_module_default;
#endif

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
		if (strcmp(modules[i]->name, name) == 0) {
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
