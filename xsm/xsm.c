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

int xsm_target(u16 id, enum xsm_hook hook, struct domain **out)
{
	struct domain *caller = current_domain();
	struct domain *d = domain_get(id == HV_DOMID_SELF ? caller->id : id);
	int err;

	if (d == NULL) {
		/* Whether an id exists is for those to know who may ask. */
		err = xsm_check(hook, caller, NULL);
		return err != 0 ? err : -ESRCH;
	}
	err = xsm_check(hook, caller, d);
	if (err != 0) {
		domain_put(d);
		return err;
	}
	*out = d;
	return 0;
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
