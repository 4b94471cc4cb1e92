/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The door to the hypervisor: libxencall's handle, memory for arguments, and
 * the two structured hypercalls domctl and sysctl with their versions.
 *
 * The handle is opened once per process and never inherited: whoever forks
 * executes a new bh (see monitor.c). Arguments up to one page go through a
 * bounce page that lives as long as the process; larger ones use hyp_buf().
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <xencall.h>
#include <xentoollog.h>

#include "err.h"
#include "hyp.h"

#define HYP_BOUNCE 4096
#ifndef HYP_NODE
#define HYP_NODE "/dev/xen/privcmd"
#endif

static xencall_handle *hyp_handle;
static void *hyp_bounce;

static void quiet_vmessage(struct xentoollog_logger *logger, xentoollog_level level, int errnoval,
			   const char *context, const char *format, va_list al)
{
	(void)logger, (void)level, (void)errnoval, (void)context, (void)format, (void)al;
}

static void quiet_progress(struct xentoollog_logger *logger, const char *context,
			   const char *doing_what, int percent, unsigned long done,
			   unsigned long total)
{
	(void)logger, (void)context, (void)doing_what, (void)percent, (void)done, (void)total;
}

static void quiet_destroy(struct xentoollog_logger *logger)
{
	(void)logger;
}

struct xentoollog_logger *hyp_quiet(void)
{
	static struct xentoollog_logger logger = {
		.vmessage = quiet_vmessage,
		.progress = quiet_progress,
		.destroy = quiet_destroy,
	};

	return &logger;
}

bool hyp_available(void)
{
	return access(HYP_NODE, R_OK | W_OK) == 0;
}

bool hyp_is_open(void)
{
	return hyp_handle != NULL;
}

static int hyp_explain(int err)
{
	if (err == ENOENT || err == ENXIO || err == ENODEV) {
		return err_say(
			BH_NOHV,
			"cannot reach the hypervisor: no " HYP_NODE "\n"
			"bh runs in Dom0 of a machine that runs Bulkhead; if this is it, load the "
			"driver: modprobe xen-privcmd");
	}
	if (err == EACCES || err == EPERM) {
		return err_say(BH_NOHV,
			       "cannot open " HYP_NODE ": permission denied\nrun bh as root");
	}
	return err_say(BH_NOHV, "cannot open " HYP_NODE ": %s\nsee the kernel's log",
		       strerror(err));
}

/* The hypervisor must be one that knows Bulkhead's own operations. */
static int hyp_check(void)
{
	struct bulkhead_info info;
	int rc = hyp_own_info(&info);

	if (rc == -EACCES) {
		return err_say(
			BH_NOHV,
			"this bh speaks version %d of the interface, the hypervisor another\n"
			"install bh and the hypervisor from the same build",
			BULKHEAD_INTERFACE_VERSION);
	}
	if (rc == -ENOSYS) {
		return err_say(BH_NOHV, "the hypervisor of this machine is not Bulkhead\n"
					"on Xen, use xl");
	}
	if (rc) {
		err_sys(rc,
			"the hypervisor does not answer\nsee \"dmesg\" for the driver's messages");
		return BH_NOHV;
	}
	return BH_OK;
}

int hyp_open(void)
{
	if (hyp_handle) {
		return BH_OK;
	}
	if (!hyp_available()) {
		return hyp_explain(errno);
	}
	hyp_handle = xencall_open(hyp_quiet(), XENCALL_OPENFLAG_NON_REENTRANT);
	if (!hyp_handle) {
		return hyp_explain(errno);
	}
	hyp_bounce = xencall_alloc_buffer(hyp_handle, HYP_BOUNCE);
	if (!hyp_bounce) {
		return err_say(BH_FAILED, "no memory for hypercalls\nfree memory in Dom0");
	}
	return hyp_check();
}

void *hyp_buf(size_t size)
{
	void *p = xencall_alloc_buffer(hyp_handle, size);

	if (p) {
		memset(p, 0, size);
	}
	return p;
}

void hyp_buf_free(void *p)
{
	if (p) {
		xencall_free_buffer(hyp_handle, p);
	}
}

long hyp_call(unsigned int nr, long sub, void *arg, size_t size)
{
	uint64_t addr = (uint64_t)(uintptr_t)hyp_bounce;
	long rc;

	if (size > HYP_BOUNCE) {
		return -E2BIG;
	}
	memcpy(hyp_bounce, arg, size);
	if (sub >= 0) {
		rc = xencall2L(hyp_handle, nr, (uint64_t)sub, addr);
	} else {
		rc = xencall1(hyp_handle, nr, addr);
	}
	if (rc < 0) {
		rc = -errno;
	}
	memcpy(arg, hyp_bounce, size);
	return rc;
}

int hyp_domctl(struct xen_domctl *op)
{
	op->interface_version = XEN_DOMCTL_INTERFACE_VERSION;
	return (int)hyp_call(__HYPERVISOR_domctl, -1, op, sizeof(*op));
}

int hyp_sysctl(struct xen_sysctl *op)
{
	op->interface_version = XEN_SYSCTL_INTERFACE_VERSION;
	return (int)hyp_call(__HYPERVISOR_sysctl, -1, op, sizeof(*op));
}
