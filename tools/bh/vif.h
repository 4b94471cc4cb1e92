/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A network interface of a domain, in a bridge of Dom0, by the kernel's
 * network back end. The words of xl-network-configuration(5).
 */
#ifndef BH_VIF_H
#define BH_VIF_H

#include <stdbool.h>
#include <stdint.h>

#define VIF_MAX	 8
#define VIF_NAME 16

struct vif {
	uint8_t mac[6];
	char bridge[VIF_NAME];
	char name[VIF_NAME]; /* in Dom0; "" = vifN.ID */
};

/* Reads "mac=...,bridge=..."; a missing mac is made up. NULL, or "cause\nremedy". */
const char *vif_parse(const char *text, struct vif *v);
/* Whether its bridge is there. NULL, or "cause\nremedy". */
const char *vif_look(const struct vif *v);
/* Gives it to the domain as its interface @id; explains itself. 0 or -errno. */
int vif_attach(uint32_t domid, uint32_t id, const struct vif *v);
/* "00:16:3e:..." */
#define VIF_MAC 18
char *vif_mac_text(const struct vif *v, char out[VIF_MAC]);

#endif
