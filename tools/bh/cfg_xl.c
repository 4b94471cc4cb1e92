/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keys of xl.cfg(5) that bh knows and does not have.
 */
#include <string.h>

#include "cfg_source.h"

/* Keys of xl.cfg(5) that need what bh does not have. An empty list or string is let through. */
static const char *const xl_keys[] = {
	"vtpm",
	"p9",
	"pvcalls",
	"vfb",
	"vkb",
	"channel",
	"pci",
	"usbctrl",
	"usbdev",
	"vdispl",
	"vsnd",
	"virtio",
	"rdm",
	"ioports",
	"passthrough",
	"driver_domain",
	"device_model_args",
	"device_model_override",
	"device_model_version",
	"device_model_user",
	"bootloader",
	"bootloader_args",
	"seclabel",
	"init_seclabel",
	"ssidref",
	"nodes",
	"vnuma",
	"localtime",
	"rtc_timeoffset",
	"tee",
	"sve",
	"llc_colors",
	"firmware",
	"boot",
	"hap",
	"nestedhvm",
	"pae",
	"acpi",
	"apic",
	"nx",
	"viridian",
	"serial",
	"sdl",
	"vnc",
	"spice",
	"vga",
	"videoram",
	"cpuid",
	"altp2m",
	"on_soft_reset",
	"claim_mode",
	"sched",
	"slice",
	"latency",
	"xend_suspend_evtchn_compat",
	"vpmu",
	"dm_restrict",
	"force_assign_without_iommu",
	"vmtrace_buf_kb",
	"max_grant_version",
};

bool cfg_key_of_xl(const char *name)
{
	size_t i = 0;

	while (i < sizeof(xl_keys) / sizeof(xl_keys[0]) && strcmp(xl_keys[i], name)) {
		i++;
	}
	return i < sizeof(xl_keys) / sizeof(xl_keys[0]);
}
