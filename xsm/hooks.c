/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The hooks and what each needs: with the tables of hypercalls and of domctl and sysctl commands
 * (common/guest) this is the whole policy that the modules work on.
 */
#include <hv/xsm.h>

const struct xsm_hook_row xsm_hooks[NR_XSM_HOOKS] = {
	[XSM_ANY] = { "any", XSM_CLASS_ANY },

	[XSM_PLATFORM] = { "platform", XSM_CLASS_CONTROL },
	[XSM_CONSOLE_IO] = { "console_io", XSM_CLASS_CONTROL },
	[XSM_SYSCTL] = { "sysctl", XSM_CLASS_CONTROL },
	[XSM_DOMCTL] = { "domctl", XSM_CLASS_CONTROL },

	[XSM_DOMAIN_CREATE] = { "domain_create", XSM_CLASS_CONTROL },
	[XSM_DOMAIN_DESTROY] = { "domain_destroy", XSM_CLASS_CONTROL },
	[XSM_DOMAIN_PAUSE] = { "domain_pause", XSM_CLASS_CONTROL },
	[XSM_DOMAIN_INFO] = { "domain_info", XSM_CLASS_CONTROL },
	[XSM_DOMAIN_CONFIG] = { "domain_config", XSM_CLASS_CONTROL },
	[XSM_DOMAIN_VCPU] = { "domain_vcpu", XSM_CLASS_CONTROL },
	[XSM_DOMAIN_SCHED] = { "domain_sched", XSM_CLASS_CONTROL },
	[XSM_DOMAIN_SHUTDOWN] = { "domain_shutdown", XSM_CLASS_CONTROL },
	[XSM_DOMAIN_NAME] = { "domain_name", XSM_CLASS_CONTROL },
	[XSM_DOMAIN_LOAD] = { "domain_load", XSM_CLASS_CONTROL },
	[XSM_DOMAIN_CONSOLE] = { "domain_console", XSM_CLASS_CONTROL },
	[XSM_DOMAIN_WATCH] = { "domain_watch", XSM_CLASS_CONTROL },
	[XSM_DOMAIN_PARAM] = { "domain_param", XSM_CLASS_OWN },
	[XSM_DOMAIN_DEVICE] = { "domain_device", XSM_CLASS_CONTROL },

	[XSM_MACHINE_INFO] = { "machine_info", XSM_CLASS_CONTROL },
	[XSM_MACHINE_LOG] = { "machine_log", XSM_CLASS_CONTROL },
	[XSM_MACHINE_DEBUG] = { "machine_debug", XSM_CLASS_CONTROL },
	[XSM_POOL_CONTROL] = { "pool_control", XSM_CLASS_CONTROL },
	[XSM_MACHINE_TRACE] = { "machine_trace", XSM_CLASS_CONTROL },

	[XSM_MEMORY_ADJUST] = { "memory_adjust", XSM_CLASS_OWN },
	[XSM_MEMORY_INFO] = { "memory_info", XSM_CLASS_OWN },
	[XSM_MEMORY_FOREIGN] = { "memory_foreign", XSM_CLASS_CONTROL },
	[XSM_MEMORY_RESOURCE] = { "memory_resource", XSM_CLASS_CONTROL },

	[XSM_EVTCHN_CREATE] = { "evtchn_create", XSM_CLASS_OWN },
	[XSM_EVTCHN_STATUS] = { "evtchn_status", XSM_CLASS_OWN },
	[XSM_EVTCHN_PEER] = { "evtchn_peer", XSM_CLASS_PEER },
	[XSM_GRANT_SETUP] = { "grant_setup", XSM_CLASS_OWN },
	[XSM_GRANT_PEER] = { "grant_peer", XSM_CLASS_PEER },
};
