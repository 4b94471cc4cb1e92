/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The back end makes an interface in Dom0 as soon as it finds its nodes. What
 * xl has a script for is three calls: into the bridge, up, and
 * "hotplug-status", for which the back end waits before it carries packets.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/sockios.h>

#include "device.h"
#include "err.h"
#include "vif.h"
#include "xstore.h"

#define DEFAULT_BRIDGE "xenbr0"
#define SCRIPT	       "/etc/xen/scripts/vif-bridge"

char *vif_mac_text(const struct vif *v, char out[VIF_MAC])
{
	snprintf(out, VIF_MAC, "%02x:%02x:%02x:%02x:%02x:%02x", v->mac[0], v->mac[1], v->mac[2],
		 v->mac[3], v->mac[4], v->mac[5]);
	return out;
}

/* ---- reading ---- */

static const char *set_mac(const char *s, struct vif *v)
{
	char rest;
	uint8_t *m = v->mac;

	if (strlen(s) != VIF_MAC - 1 || sscanf(s, "%2hhx:%2hhx:%2hhx:%2hhx:%2hhx:%2hhx%c", m, m + 1,
					       m + 2, m + 3, m + 4, m + 5, &rest) != 6) {
		return "its mac is not an address\n"
		       "write six numbers, for example mac=00:16:3e:01:02:03, or leave it out";
	}
	return m[0] & 1 ? "its mac is an address of a group\nlet it begin with 00:16:3e" : NULL;
}

static const char *set_name(const char *s, char name[VIF_NAME])
{
	if (!s[0] || strlen(s) >= VIF_NAME || strpbrk(s, "/ :%") || s[0] == '.') {
		return "it names an interface that cannot be\n"
		       "use 1 to 15 letters and digits";
	}
	strcpy(name, s);
	return NULL;
}

static const char *set_key(const char *key, const char *value, struct vif *v)
{
	if (!strcmp(key, "mac")) {
		return set_mac(value, v);
	}
	if (!strcmp(key, "bridge")) {
		return set_name(value, v->bridge);
	}
	if (!strcmp(key, "vifname")) {
		return set_name(value, v->name);
	}
	if (!strcmp(key, "type")) {
		return strcmp(value, "vif")
			       ? "its type is not there\nwrite type=vif, or leave it out"
			       : NULL;
	}
	if (!strcmp(key, "script")) {
		return strcmp(value, "vif-bridge") && strcmp(value, SCRIPT)
			       ? "bh runs no scripts, it only puts the interface into its bridge\n"
				 "remove script, or create the domain with xl"
			       : NULL;
	}
	return "it has a word that bh does not know\nit knows mac, bridge, vifname";
}

const char *vif_parse(const char *text, struct vif *v)
{
	char word[64];
	const char *bad = NULL;

	memset(v, 0, sizeof(*v));
	strcpy(v->bridge, DEFAULT_BRIDGE);
	v->mac[1] = 0x16;
	v->mac[2] = 0x3e;
	if (getrandom(v->mac + 3, 3, GRND_NONBLOCK) != 3) {
		memset(v->mac + 3, 0x5a, 3);
	}
	v->mac[3] &= 0x7f;
	while (*text && !bad) {
		size_t n = strcspn(text, ",");
		char *eq;

		if (n >= sizeof(word)) {
			return "it has a word that is too long\nshorten it";
		}
		memcpy(word, text, n);
		word[n] = '\0';
		text += n + (text[n] == ',');
		text += strspn(text, " ");
		eq = strchr(word, '=');
		if (eq) {
			*eq = '\0';
			bad = set_key(word, eq + 1, v);
		} else if (n) {
			bad = "it has a word without a value\nwrite for example \"bridge=br0\"";
		}
	}
	return bad;
}

const char *vif_look(const struct vif *v)
{
	char path[64];

	snprintf(path, sizeof(path), "/sys/class/net/%s/bridge", v->bridge);
	return access(path, F_OK) ? "there is no such bridge\n"
				    "make one: ip link add NAME type bridge; ip link set NAME up"
				  : NULL;
}

/* ---- giving ---- */

/* Waits until Dom0 has an interface of this name. Its index, 0 = none came. */
static unsigned int link_wait(const char *name, unsigned int ms)
{
	unsigned int index = if_nametoindex(name);

	for (unsigned int t = 0; !index && t < ms; t += 10) {
		usleep(10000);
		index = if_nametoindex(name);
	}
	return index;
}

/* Into the bridge, up, under another name if wanted. 0 or -errno. */
static int link_set(const char *name, unsigned int index, const struct vif *v)
{
	struct ifreq link = { .ifr_flags = 0 };
	struct ifreq bridge = { .ifr_ifindex = (int)index };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int rc = fd < 0 ? -errno : 0;

	snprintf(link.ifr_name, VIF_NAME, "%s", name);
	snprintf(bridge.ifr_name, VIF_NAME, "%s", v->bridge);
	if (rc == 0 && v->name[0]) {
		snprintf(link.ifr_newname, VIF_NAME, "%s", v->name);
		rc = ioctl(fd, SIOCSIFNAME, &link) ? -errno : 0;
		snprintf(link.ifr_name, VIF_NAME, "%s", rc ? name : v->name);
	}
	if (rc == 0 && ioctl(fd, SIOCBRADDIF, &bridge)) {
		rc = -errno;
	}
	if (rc == 0 && ioctl(fd, SIOCGIFFLAGS, &link)) {
		rc = -errno;
	}
	link.ifr_flags |= IFF_UP;
	if (rc == 0 && ioctl(fd, SIOCSIFFLAGS, &link)) {
		rc = -errno;
	}
	if (fd >= 0) {
		close(fd);
	}
	return rc;
}

/* The back end has made its interface, or is about to. 0 or -errno. */
static int vif_connect(const struct device *d, const struct vif *v)
{
	char back[XSTORE_PATH];
	char name[VIF_NAME];
	unsigned int index;
	int rc;

	snprintf(name, sizeof(name), "vif%u.%u", d->domid, d->id);
	device_back(d, back);
	rc = device_wait_back(d);
	index = rc ? 0 : link_wait(name, 5000);
	if (rc == 0 && !index) {
		rc = -ETIMEDOUT;
	}
	rc = rc ? rc : link_set(name, index, v);
	return rc ? rc : xstore_write("connected", "%s/hotplug-status", back);
}

int vif_attach(uint32_t domid, uint32_t id, const struct vif *v)
{
	struct device device = { .domid = domid, .kind = "vif", .id = id };
	char mac[VIF_MAC];
	char number[16];
	const struct device_node back[] = {
		{ "script", SCRIPT },
		{ "mac", vif_mac_text(v, mac) },
		{ "bridge", v->bridge },
		{ "handle", number },
		{ "type", "vif" },
		{ "hotplug-status", "" },
		{ v->name[0] ? "vifname" : NULL, v->name },
		{ NULL, NULL },
	};
	const struct device_node front[] = {
		{ "handle", number },
		{ "mac", mac },
		{ "mtu", "1500" },
		{ NULL, NULL },
	};
	int rc;

	snprintf(number, sizeof(number), "%u", id);
	rc = device_make(&device, back, front);
	if (rc == 0) {
		rc = vif_connect(&device, v);
		if (rc) {
			device_remove(&device);
		}
	}
	if (rc) {
		err_sys(rc,
			"no back end takes the interface in bridge %s\n"
			"load the driver xen-netback: bh setup",
			v->bridge);
	}
	return rc;
}
