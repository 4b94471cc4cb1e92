/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A disk of a domain: an image file or a block device of Dom0, by the kernel's
 * block back end. The words of xl-disk-configuration(5).
 */
#ifndef BH_DISK_H
#define BH_DISK_H

#include <stdbool.h>
#include <stdint.h>

#define DISK_MAX  16
#define DISK_PATH 256

struct disk {
	char path[DISK_PATH];
	char name[16]; /* in the guest: xvda */
	uint32_t id;   /* its number */
	bool is_readonly;
};

/* Reads "PATH,raw,xvda,rw" and its other forms. NULL, or "cause\nremedy". */
const char *disk_parse(const char *text, struct disk *d);
/* Number of a disk by its name in the guest; 0 = there is no such name. */
uint32_t disk_number(const char *name);
/* Whether its file is there and of use. NULL, or "cause\nremedy". */
const char *disk_look(const struct disk *d);
/* Gives it to the domain; explains itself. 0 or -errno. */
int disk_attach(uint32_t domid, const struct disk *d);

#endif
