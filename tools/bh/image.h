/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files that go into a domain: any file mapped into memory, and kernels in the
 * formats that bh understands. Pure: no hypervisor, tested on the host.
 */
#ifndef BH_IMAGE_H
#define BH_IMAGE_H

#include <stddef.h>
#include <stdint.h>

#define IMAGE_SEGMENTS 16
#define IMAGE_NO_LOAD  UINT64_MAX

/* Where a value was written, for messages. */
struct where {
	const char *file;
	int line;
};

struct mapped {
	const char *path;
	const uint8_t *data;
	uint64_t size;
};

enum image_kind {
	IMAGE_LINUX,
	IMAGE_ELF,
	IMAGE_RAW
};

/* Bytes [offset, offset + filesz) of the file go to guest address gpa; memsz includes .bss. */
struct image_segment {
	uint64_t offset;
	uint64_t filesz;
	uint64_t gpa;
	uint64_t memsz;
};

struct image {
	struct mapped file;
	enum image_kind kind;
	uint64_t entry;	 /* first instruction */
	uint64_t lo, hi; /* guest addresses it occupies: [lo, hi) */
	unsigned int nr_segments;
	struct image_segment segment[IMAGE_SEGMENTS];
};

/* Maps @path read-only. Explains itself on failure; @what names the file's role. 0 or BH_CONFIG. */
int mapped_open(struct mapped *m, const char *path, const char *what, struct where w);
void mapped_close(struct mapped *m);
/* Brings all of it into memory, so that the hypervisor finds the pages. */
void mapped_populate(const struct mapped *m);

/*
 * Maps the kernel @path and finds out what it is. @load is the address for a raw binary or
 * IMAGE_NO_LOAD; @ram is the address of the domain's RAM. 0 or BH_CONFIG, explained.
 */
int image_open(struct image *img, const char *path, uint64_t load, uint64_t ram, struct where w);
/* The same on bytes in memory: fills everything but img->file, which the caller has set. */
int image_parse(struct image *img, uint64_t load, uint64_t ram, struct where w);

const char *image_kind_name(enum image_kind kind);

#endif
