/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An image file is put behind a loop device that goes by itself when its last
 * user closes it (LO_FLAGS_AUTOCLEAR, loop(4)). bh holds it open until the back
 * end has it; so none is left behind, whoever ends the domain.
 *
 * Numbers of disks: Xen's xen-vbd-interface(7).
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <linux/loop.h>

#include "device.h"
#include "disk.h"
#include "err.h"
#include "text.h"

#define XVD_MAJOR  202u
#define EXTENDED   (1u << 28)
#define LOOP_TRIES 16

uint32_t disk_number(const char *name)
{
	const char *p = name;
	uint32_t disk = 0;
	uint64_t part = 0;

	if (strncmp(name, "xvd", 3) || name[3] < 'a' || name[3] > 'z') {
		return 0;
	}
	for (p += 3; *p >= 'a' && *p <= 'z' && disk < 4096; p++) {
		disk = disk * 26 + (uint32_t)(*p - 'a') + 1;
	}
	disk--;
	if (*p && (*p == '0' || !text_u64(p, 255, &part) || part == 0)) {
		return 0;
	}
	if (disk < 16 && part < 16) {
		return XVD_MAJOR << 8 | disk << 4 | (uint32_t)part;
	}
	return disk < 4096 ? EXTENDED | disk << 8 | (uint32_t)part : 0;
}

/* ---- reading ---- */

static bool is_one_of(const char *s, const char *const *words)
{
	while (*words && strcmp(s, *words)) {
		words++;
	}
	return *words != NULL;
}

static const char *set_format(const char *s)
{
	static const char *const raw[] = { "", "raw", NULL };

	return is_one_of(s, raw) ? NULL
				 : "only raw images are possible\n"
				   "convert it: qemu-img convert -O raw OLD NEW";
}

static const char *set_access(const char *s, struct disk *d)
{
	static const char *const ro[] = { "r", "ro", NULL };
	static const char *const rw[] = { "w", "rw", "", NULL };

	d->is_readonly = is_one_of(s, ro);
	return d->is_readonly || is_one_of(s, rw) ? NULL
						  : "its access is not known\nwrite ro or rw";
}

static const char *set_name(const char *s, struct disk *d)
{
	d->id = disk_number(s);
	if (d->id == 0 || strlen(s) >= sizeof(d->name)) {
		return "its name in the guest is not known\n"
		       "write xvda, xvdb and so on, with a partition number or without";
	}
	strcpy(d->name, s);
	return NULL;
}

static const char *set_path(const char *s, struct disk *d)
{
	static const char *const prefixes[] = { "phy:", "file:", "raw:", NULL };

	for (size_t i = 0; prefixes[i]; i++) {
		if (!strncmp(s, prefixes[i], strlen(prefixes[i]))) {
			s += strlen(prefixes[i]);
			break;
		}
	}
	if (s[0] == '\0' || strlen(s) >= DISK_PATH) {
		return "there is no path of an image or a device\n"
		       "write for example \"/images/a.img,raw,xvda,rw\"";
	}
	if (s[0] != '/') {
		return "its path is not absolute\nlet it begin with /";
	}
	strcpy(d->path, s);
	return NULL;
}

/* Words without a value that change nothing here. */
static const char *const ignored[] = { "discard", "no-discard", "direct-io-safe", NULL };

static const char *set_key(const char *key, const char *value, struct disk *d)
{
	if (!strcmp(key, "format")) {
		return set_format(value);
	}
	if (!strcmp(key, "vdev")) {
		return set_name(value, d);
	}
	if (!strcmp(key, "access")) {
		return set_access(value, d);
	}
	if (!strcmp(key, "backendtype")) {
		return strcmp(value, "phy") ? "only the kernel's back end is there\n"
					      "write backendtype=phy, or leave it out"
					    : NULL;
	}
	if (!strcmp(key, "devtype")) {
		return strcmp(value, "disk") ? "only disks are possible\n"
					       "write devtype=disk, or leave it out"
					     : NULL;
	}
	return "it has a word that bh does not know\n"
	       "it knows target, format, vdev, access";
}

/* A value without a key: target, [format,] vdev, access, in this order. */
static const char *set_next(const char *s, struct disk *d, int *place)
{
	int at = (*place)++;

	if (at == 1 && strcmp(s, "raw") && s[0] && disk_number(s)) {
		at = (*place)++; /* without a format, as after "phy:" */
	}
	switch (at) {
	case 0:
		return set_path(s, d);
	case 1:
		return set_format(s);
	case 2:
		return set_name(s, d);
	case 3:
		return set_access(s, d);
	default:
		return "it has too many words\nwrite \"PATH,raw,xvda,rw\"";
	}
}

const char *disk_parse(const char *text, struct disk *d)
{
	char word[DISK_PATH + 16];
	const char *bad = NULL;
	int place = 0;

	memset(d, 0, sizeof(*d));
	while (*text && !bad) {
		bool is_target = !strncmp(text, "target=", 7);
		size_t n = is_target ? strlen(text) : strcspn(text, ",");
		char *eq;

		if (n >= sizeof(word)) {
			return "it is too long\nshorten the path";
		}
		memcpy(word, text, n);
		word[n] = '\0';
		text += n + (text[n] == ',');
		eq = is_target ? NULL : strchr(word, '=');
		if (is_target) {
			bad = set_path(word + 7, d);
		} else if (eq) {
			*eq = '\0';
			bad = set_key(word, eq + 1, d);
		} else if (!place || !is_one_of(word, ignored)) {
			bad = set_next(word, d, &place);
		}
	}
	return bad ? bad : !d->path[0] ? set_path("", d) : !d->name[0] ? set_name("", d) : NULL;
}

const char *disk_look(const struct disk *d)
{
	struct stat st;

	if (stat(d->path, &st)) {
		return "there is no such file or device\ncheck the path";
	}
	if (!S_ISBLK(st.st_mode) && !S_ISREG(st.st_mode)) {
		return "that is neither a file nor a block device\ncheck the path";
	}
	if (S_ISREG(st.st_mode) && st.st_size < 512) {
		return "the image is empty\nmake one: truncate -s 1G FILE";
	}
	return NULL;
}

/* ---- giving ---- */

/* A loop device for the open file @file. Its file descriptor or -errno; *dev is its number. */
static int loop_make(int file, bool is_readonly, dev_t *dev)
{
	struct loop_config config = { .fd = (uint32_t)file };
	int control = open("/dev/loop-control", O_RDWR | O_CLOEXEC);
	int rc = control < 0 ? -errno : -EBUSY;

	config.info.lo_flags = LO_FLAGS_AUTOCLEAR | (is_readonly ? LO_FLAGS_READ_ONLY : 0);
	for (int i = 0; i < LOOP_TRIES && rc == -EBUSY; i++) {
		int nr = ioctl(control, LOOP_CTL_GET_FREE);
		char path[32];
		struct stat st;
		int fd;

		snprintf(path, sizeof(path), "/dev/loop%d", nr);
		fd = nr < 0 ? -1 : open(path, (is_readonly ? O_RDONLY : O_RDWR) | O_CLOEXEC);
		rc = fd < 0 || fstat(fd, &st) || ioctl(fd, LOOP_CONFIGURE, &config) ? -errno : fd;
		if (rc < 0 && fd >= 0) {
			close(fd);
		}
		*dev = rc < 0 ? 0 : st.st_rdev;
	}
	if (control >= 0) {
		close(control);
	}
	return rc;
}

/* Opens what is behind the disk. A file descriptor that keeps it, or -errno. */
static int disk_open(const struct disk *d, dev_t *dev)
{
	int file = open(d->path, (d->is_readonly ? O_RDONLY : O_RDWR) | O_CLOEXEC);
	struct stat st;
	int fd;

	if (file < 0 || fstat(file, &st)) {
		return -errno;
	}
	if (S_ISBLK(st.st_mode)) {
		*dev = st.st_rdev;
		return file;
	}
	fd = loop_make(file, d->is_readonly, dev);
	close(file);
	return fd;
}

int disk_attach(uint32_t domid, const struct disk *d)
{
	struct device device = { .domid = domid, .kind = "vbd", .id = d->id };
	char physical[32];
	char number[16];
	const struct device_node back[] = {
		{ "params", d->path },
		{ "dev", d->name },
		{ "type", "phy" },
		{ "mode", d->is_readonly ? "r" : "w" },
		{ "device-type", "disk" },
		{ "removable", "0" },
		{ "bootable", "1" },
		{ "discard-enable", "1" },
		{ "specification", "xen" },
		{ "physical-device", physical },
		{ "hotplug-status", "connected" },
		{ NULL, NULL },
	};
	const struct device_node front[] = {
		{ "virtual-device", number },
		{ "device-type", "disk" },
		{ NULL, NULL },
	};
	dev_t dev = 0;
	int fd = disk_open(d, &dev);
	int rc;

	if (fd < 0) {
		err_sys(fd,
			"cannot open the disk %s\nfor an image file, load the driver loop: "
			"bh setup",
			d->path);
		return fd;
	}
	snprintf(physical, sizeof(physical), "%x:%x", major(dev), minor(dev));
	snprintf(number, sizeof(number), "%u", d->id);
	rc = device_make(&device, back, front);
	if (rc == 0) {
		/* It is waiting for the guest before it has looked at the disk. */
		rc = device_wait_attribute(&device, "physical_device");
	}
	if (rc && rc != -EEXIST) {
		device_remove(&device);
	}
	close(fd);
	if (rc == -EEXIST) {
		err_say(BH_FAILED, "the domain has a disk %s already\nchoose another name",
			d->name);
	} else if (rc) {
		err_sys(rc, "no back end takes the disk %s\nload the driver xen-blkback: bh setup",
			d->path);
	}
	return rc;
}
