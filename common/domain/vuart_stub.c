/* SPDX-License-Identifier: Apache-2.0 */
/*
 * In place of vuart.c in configurations without CONFIG_VUART: no domain has a virtual UART. A
 * domain that asks for one is refused while it is under construction.
 */
#include <hv/dom_console.h>
#include <hv/errno.h>

int vuart_init(struct domain *d)
{
	(void)d;
	return -EOPNOTSUPP;
}

void vuart_free(struct domain *d)
{
	(void)d;
}

u32 vuart_feed(struct domain *d, const char *buf, u32 len)
{
	(void)d;
	(void)buf;
	(void)len;
	return 0;
}
