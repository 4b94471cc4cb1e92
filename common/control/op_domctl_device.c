/* SPDX-License-Identifier: Apache-2.0 */
/*
 * domctl commands about devices that are given to domains (include/public/domctl.h; table in
 * op_domctl.c; rules in hv/device.h). Only what the machine's tree sets apart can be given. Mapping
 * and binding give what they need, as a caller of Xen expects it that has the permission itself.
 * What a domain has it keeps until it is destroyed: the commands that take something away are
 * refused. Dom0 has its devices since boot and is no target. Run under the control lock.
 */
#include <hv/device.h>
#include <hv/domain.h>
#include <hv/errno.h>
#include <hv/guest_access.h>

#include "domctl.h"

static bool is_range(u64 first, u64 nr)
{
	return nr != 0 && first + nr > first;
}

static int give(const struct domain *d, const struct device_pick *pick, bool is_given)
{
	domid_t other;

	return d == hardware_domain ? -EINVAL
	       : is_given	    ? device_give(d, pick, &other)
				    : -EOPNOTSUPP;
}

int domctl_iomem_permission(struct domain *d, void *arg)
{
	const struct xen_domctl_iomem_permission *in = arg;
	const struct device_pick pick = { .first = in->first_mfn, .nr = in->nr_mfns };

	return is_range(pick.first, pick.nr) ? give(d, &pick, in->allow_access != 0) : -EINVAL;
}

int domctl_irq_permission(struct domain *d, void *arg)
{
	const struct xen_domctl_irq_permission *in = arg;
	const struct device_pick pick = { .irq = in->pirq };

	return give(d, &pick, in->allow_access != 0);
}

int domctl_memory_mapping(struct domain *d, void *arg)
{
	const struct xen_domctl_memory_mapping *in = arg;
	const struct device_pick pick = { .first = in->first_mfn, .nr = in->nr_mfns };

	if (d == hardware_domain || !is_range(pick.first, pick.nr)) {
		return -EINVAL;
	}
	return in->add_mapping == DPCI_ADD_MAPPING ? device_map(d, in->first_gfn, &pick)
						   : -EOPNOTSUPP;
}

int domctl_bind_pt_irq(struct domain *d, void *arg)
{
	const struct xen_domctl_bind_pt_irq *in = arg;

	if (d == hardware_domain || in->irq_type != PT_IRQ_TYPE_SPI) {
		return -EINVAL;
	}
	return device_bind_irq(d, in->u.spi.spi, in->machine_irq);
}

int domctl_assign_device(struct domain *d, void *arg)
{
	const struct xen_domctl_assign_device *in = arg;
	char path[DEVICE_PATH_MAX];
	const struct device_pick pick = { .path = path };

	if (in->dev != XEN_DOMCTL_DEV_DT) {
		return -ENOSYS; /* there is no PCI passthrough */
	}
	if (in->u.dt.size == 0 || in->u.dt.size >= sizeof(path)) {
		return -ENOENT;
	}
	if (guest_copy_from(path, in->u.dt.path.va, in->u.dt.size) != 0) {
		return -EFAULT;
	}
	path[in->u.dt.size] = '\0';
	return give(d, &pick, in->flags == 0);
}
