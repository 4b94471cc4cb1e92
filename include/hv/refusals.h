/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Why a boot-time domain is not built: one sentence per cause, with what to do about it. The
 * hypervisor says them at boot, tools/bh-image says them off line: it reads this file, so that both
 * use the same words. docs/bindings.md tells when each applies; there the limits are, too.
 *
 * Form: #define REFUSAL_NAME "text" on one line, or with the text on the next line. The formats are
 * those that both sides know: %s, %lu, %#lx. Before a sentence stand the place (off line: file,
 * line and key; at boot: the domain and the property) and a colon.
 */
#ifndef HV_REFUSALS_H
#define HV_REFUSALS_H

/* Any property. */
#define REFUSAL_UNKNOWN "this property is unknown: remove or correct it"
#define REFUSAL_NOT_BUILT                                                                          \
	"this hypervisor is built without %s: leave it out, or build with that option"
#define REFUSAL_MISSING "this property is missing: add it"
#define REFUSAL_TYPE	"the value is of the wrong kind: give %s"
#define REFUSAL_RANGE	"%lu is out of range: give %lu to %lu"
#define REFUSAL_WORD	"\"%s\" is not known here: give one of %s"

/* The domain as a whole. */
#define REFUSAL_NAME	       "\"%s\" is no name: use 1 to 63 of a-z A-Z 0-9 .,_+-, not Domain-0"
#define REFUSAL_NAME_TWICE     "another domain is named \"%s\" as well: give each its own name"
#define REFUSAL_TOO_MANY       "there are more than %lu boot-time domains: leave some out"
#define REFUSAL_CMDLINE	       "the command line has %lu characters: at most %lu fit"
#define REFUSAL_MODULES	       "there are more than %lu kernels, ramdisks and trees: leave some out"
#define REFUSAL_NEEDS_DOM0     "xenstore is served by Dom0 and there is none: add Dom0 or drop this"
#define REFUSAL_MODULE_EMPTY   "the %s has no content: give a file that exists and is not empty"
#define REFUSAL_MODULE_TWICE   "there is more than one %s: leave one"
#define REFUSAL_MODULE_RANGE   "the %s at %#lx to %#lx is not in RAM: load it elsewhere"
#define REFUSAL_MODULE_OVERLAP "the %s at %#lx to %#lx overlaps %s: load them apart"

/* The kernel and memory. */
#define REFUSAL_KERNEL_MISSING "there is no kernel: give one"
#define REFUSAL_KERNEL_FORMAT  "the kernel is no arm64 Image (magic %#lx): unpack it if compressed"
#define REFUSAL_KERNEL_ENDIAN  "the kernel is big-endian, which is not supported: build it anew"
#define REFUSAL_MEMORY_UNIT    "%lu KiB is no multiple of %lu KiB: round it up"
#define REFUSAL_MEMORY_SMALL   "kernel, ramdisk, tree need %lu KiB of %lu KiB of memory: raise it"
#define REFUSAL_MEMORY_FREE    "%lu KiB are wanted and %lu KiB are free: lower it"
#define REFUSAL_STATIC_UNIT    "%#lx to %#lx is not aligned to %lu KiB: move it"
#define REFUSAL_STATIC_SUM     "the ranges sum up to %lu KiB and memory is %lu KiB: make them equal"
#define REFUSAL_STATIC_RAM     "%#lx to %#lx is not RAM of this machine: move it"
#define REFUSAL_STATIC_OVERLAP "%#lx to %#lx overlaps %s: move one"
#define REFUSAL_STATIC_MANY    "there are %lu ranges: at most %lu are possible"
#define REFUSAL_DIRECT_MAP     "guest addresses equal physical ones in static memory only: add it"

/* Scheduling. */
#define REFUSAL_POOL	    "there is no such pool: name a node with compatible \"xen,cpupool\""
#define REFUSAL_PER_VCPU    "there are %lu values for %lu vCPUs: give one for all, or one for each"
#define REFUSAL_PERIOD	    "a period of %lu us is out of range: give %lu to %lu us"
#define REFUSAL_BUDGET	    "budget %lu us of a period of %lu us: give %lu us to all of the period"
#define REFUSAL_HALF	    "a reservation is a period and a budget: give both or none"
#define REFUSAL_POLICY	    "the pool's scheduler is %s, which has no such thing: use one with %s"
#define REFUSAL_AFFINITY    "\"%s\" is no list of CPUs: write it like 0,2-3"
#define REFUSAL_NO_CPU	    "there is no CPU %lu, the machine has %lu: choose others"
#define REFUSAL_NOT_IN_POOL "none of the CPUs \"%s\" is in the domain's pool: choose others"
#define REFUSAL_ONE_EACH    "%lu vCPUs for %lu CPUs of a pool with null: give each its own CPU"
#define REFUSAL_MANY	    "the pool has %lu reservations, the most that are possible: use another"
#define REFUSAL_ADMISSION                                                                          \
	"vCPU %lu: asked %s of %s, %s reserved, %s allowed: lower the budget, or choose other CPUs"
#define REFUSAL_ADMISSION_OVERLAP                                                                  \
	"vCPU %lu: asked %s, but a reservation of %s shares CPU %lu with it and not all CPUs: "    \
	"pin both to the same CPUs, or to none in common"
#define REFUSAL_NO_WINDOW "no window of the pool's schedule is the domain's: add one"

/* Pools; the node counts as not there. */
#define REFUSAL_POOL_NO_CPU    "it names no CPU: give one at least"
#define REFUSAL_POOL_CPU_TWICE "CPU %lu is named twice: name it once"
#define REFUSAL_POOL_CPU_TAKEN "CPU %lu is in another pool: leave it out of one"
#define REFUSAL_POOL_ONE_CPU   "arinc653 has one CPU, there are %lu: make a pool of each"
#define REFUSAL_POOL_MANY      "there are %lu pools already: merge two"
#define REFUSAL_WINDOW_EMPTY   "the window at %lu us has no length: give one"
#define REFUSAL_WINDOW_OVERLAP "the window at %lu us begins within another: move it"
#define REFUSAL_WINDOW_NONE    "the frame has no window: add one"
#define REFUSAL_WINDOW_MANY    "there are more than %lu windows, gaps included: leave some out"
#define REFUSAL_WINDOW_OWNERS  "schedules name %lu domains already: leave the others out"
#define REFUSAL_WINDOW_DOM0    "no window is Dom0's, and Dom0 is in pool 0: add one for Domain-0"
#define REFUSAL_WINDOW_BEHIND  "a window ends at %lu us, the frame at %lu us: make the frame longer"

/* Devices. */
#define REFUSAL_PARTIAL	     "the partial device tree is broken: compile it with dtc"
#define REFUSAL_DEVICE	     "the machine has no device %s: look the path up in its device tree"
#define REFUSAL_DEVICE_TWICE "the device %s is given to %s as well: leave one"
#define REFUSAL_DEVICE_KEPT  "the device %s is the hypervisor's own: leave it out"
#define REFUSAL_DEVICE_OFF   "the device %s is disabled on this machine: leave it out"
#define REFUSAL_REG_UNIT     "%#lx to %#lx is not made of whole 4 KiB pages: round it"
#define REFUSAL_REG_FOREIGN  "%#lx to %#lx is not within the registers of %s: correct xen,reg"
#define REFUSAL_REG_TWICE    "the page at %#lx is given to %s as well: give both to one domain"
#define REFUSAL_REG_GUEST    "guest addresses %#lx to %#lx overlap %s: choose others in xen,reg"
#define REFUSAL_IRQ_TWICE    "interrupt %lu is given to %s as well: leave one"
#define REFUSAL_IRQ_KEPT     "interrupt %lu is the hypervisor's own: leave it out"
#define REFUSAL_IRQ_RANGE    "interrupt %lu is no shared peripheral one: only those can be given"
#define REFUSAL_DMA                                                                                \
	"no IOMMU isolates the DMA of %s: leave it out, or accept the risk with "                  \
	"xen,force-assign-without-iommu"

/* Off line only. */
#define REFUSAL_LAYOUT "there is no room in RAM for the %s of %lu KiB: make the files smaller"

/* Off line only, where it is known which devices do DMA. */
#define REFUSAL_DMA_ADDRESS "the DMA of %s takes guest addresses for physical ones: add direct_map"

/* Shared memory and event channels. */
#define REFUSAL_SHM_ID	 "the name \"%s\" will not do: use 1 to 15 characters"
#define REFUSAL_SHM_UNIT "%#lx to %#lx is not made of whole 4 KiB pages: round it"
#define REFUSAL_SHM_DIFFERS                                                                        \
	"shared memory \"%s\" has another place or size elsewhere: make them equal"
#define REFUSAL_SHM_OWNERS    "shared memory \"%s\" has two owners: leave one"
#define REFUSAL_SHM_ALONE     "nobody else shares \"%s\": add the other side or leave it out"
#define REFUSAL_SHM_GUEST     "guest addresses %#lx to %#lx overlap %s: move the region"
#define REFUSAL_SHM_HOST      "%#lx to %#lx overlaps %s: move the region"
#define REFUSAL_SHM_RAM	      "%#lx to %#lx is not RAM of this machine: move the region"
#define REFUSAL_SHM_MANY      "there are more than %lu shared regions: leave some out"
#define REFUSAL_PORT	      "port %lu is out of range: give %lu to %lu"
#define REFUSAL_PORT_TWICE    "port %lu has a channel already: give each its own"
#define REFUSAL_EVTCHN_PEER   "the other side is no event channel of a domain: name one"
#define REFUSAL_EVTCHN_MUTUAL "the other side names another channel: let both name each other"

#endif
