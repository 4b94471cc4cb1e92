/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Kernels: arm64 Image (Linux, Documentation/arch/arm64/booting), ELF64 for
 * AArch64, or a raw binary whose load address the configuration gives.
 *
 * Every number in a file is hostile until checked: ranges are compared without
 * adding what could overflow. Formats that bh does not take are recognised by
 * their first bytes, so that the message can say what to do.
 */
#define _GNU_SOURCE
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "err.h"
#include "image.h"

#define LINUX_MAGIC    "ARM\x64"
#define LINUX_MAGIC_AT 56
#define LINUX_HEADER   64
/* Kernels before 3.17 left image_size zero and meant this offset. */
#define LINUX_OLD_OFFSET 0x80000

/* The header of an arm64 Image. */
struct linux_header {
	uint32_t code[2];
	uint64_t text_offset;
	uint64_t image_size;
	uint64_t flags;
	uint64_t reserved[3];
	char magic[4];
	uint32_t pe_offset;
};

_Static_assert(sizeof(struct linux_header) == LINUX_HEADER, "layout of the arm64 Image header");

static const struct {
	size_t at;
	const char *magic;
	size_t len;
	const char *what;
	const char *remedy;
} refused[] = {
	{ 0, "\x1f\x8b", 2, "compressed with gzip", "unpack it first: zcat FILE > Image" },
	{ 0, "BZh", 3, "compressed with bzip2", "unpack it first: bzcat FILE > Image" },
	{ 0,
	  "\xfd"
	  "7zXZ",
	  5, "compressed with xz", "unpack it first: xzcat FILE > Image" },
	{ 0, "\x28\xb5\x2f\xfd", 4, "compressed with zstd",
	  "unpack it first: zstdcat FILE > Image" },
	{ 0, "\x02\x21\x4c\x18", 4, "compressed with lz4", "unpack it first: lz4cat FILE > Image" },
	{ 0, "\x04\x22\x4d\x18", 4, "compressed with lz4", "unpack it first: lz4cat FILE > Image" },
	{ 0, "\x27\x05\x19\x56", 4, "a U-Boot uImage", "give the Image that was packed into it" },
	{ 0, "\xd0\x0d\xfe\xed", 4, "a device tree or FIT image",
	  "give the Image that was packed into it" },
	{ 36, "\x18\x28\x6f\x01", 4, "a 32-bit Arm zImage", "give a kernel for arm64" },
};

int mapped_open(struct mapped *m, const char *path, const char *what, struct where w)
{
	struct stat st;
	void *p;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	memset(m, 0, sizeof(*m));
	if (fd < 0 || fstat(fd, &st) < 0) {
		return err_at(w.file, w.line,
			      "cannot read %s \"%s\": %s\ncheck the path; a relative one "
			      "starts at the current directory",
			      what, path, strerror(errno));
	}
	if (!S_ISREG(st.st_mode) || st.st_size == 0) {
		close(fd);
		return err_at(w.file, w.line, "%s \"%s\" is %s\ngive a regular file", what, path,
			      S_ISREG(st.st_mode) ? "empty" : "not a file");
	}
	p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	close(fd);
	if (p == MAP_FAILED) {
		return err_at(w.file, w.line, "cannot map %s \"%s\": %s\nfree memory in Dom0", what,
			      path, strerror(errno));
	}
	m->path = path;
	m->data = p;
	m->size = (uint64_t)st.st_size;
	return BH_OK;
}

void mapped_close(struct mapped *m)
{
	if (m->data) {
		munmap((void *)(uintptr_t)m->data, m->size);
	}
	memset(m, 0, sizeof(*m));
}

void mapped_populate(const struct mapped *m)
{
	volatile const uint8_t *p = m->data;

	/* Read once from front to back: the kernel need not keep track of what is used again. */
	madvise((void *)(uintptr_t)m->data, m->size, MADV_SEQUENTIAL);
	/* Cheaper than MADV_POPULATE_READ: one fault brings 16 pages, the other 15 cost a load
	 * each. */
	for (uint64_t at = 0; at < m->size; at += 4096) {
		(void)p[at];
	}
}

const char *image_kind_name(enum image_kind kind)
{
	static const char *const names[] = { "arm64 Image", "ELF64", "raw binary" };

	return names[kind];
}

static int image_bad(const struct image *img, struct where w, const char *why, const char *remedy)
{
	return err_at(w.file, w.line, "kernel \"%s\" %s\n%s", img->file.path, why, remedy);
}

static void image_add(struct image *img, const struct image_segment *s)
{
	if (img->nr_segments == 0 || s->gpa < img->lo) {
		img->lo = s->gpa;
	}
	if (s->gpa + s->memsz > img->hi) {
		img->hi = s->gpa + s->memsz;
	}
	img->segment[img->nr_segments++] = *s;
}

static int image_linux(struct image *img, uint64_t ram, struct where w)
{
	struct image_segment s = { .filesz = img->file.size };
	struct linux_header h;

	memcpy(&h, img->file.data, sizeof(h));
	if (h.image_size == 0) {
		h.text_offset = LINUX_OLD_OFFSET;
		h.image_size = img->file.size;
	}
	if (h.text_offset > (1u << 30) || h.image_size > (64ull << 30)) {
		return image_bad(img, w, "has a broken arm64 Image header",
				 "build or copy it again");
	}
	s.gpa = ram + h.text_offset;
	s.memsz = h.image_size > s.filesz ? h.image_size : s.filesz;
	image_add(img, &s);
	img->kind = IMAGE_LINUX;
	img->entry = s.gpa;
	return BH_OK;
}

/* The program header @i, copied; false when it is not inside the file. */
static bool elf_phdr(const struct image *img, const Elf64_Ehdr *eh, unsigned int i, Elf64_Phdr *ph)
{
	uint64_t at = eh->e_phoff + (uint64_t)i * sizeof(*ph);

	if (eh->e_phoff > img->file.size || at > img->file.size ||
	    img->file.size - at < sizeof(*ph)) {
		return false;
	}
	memcpy(ph, img->file.data + at, sizeof(*ph));
	return true;
}

static const char *elf_check(const Elf64_Ehdr *eh)
{
	if (eh->e_ident[EI_CLASS] != ELFCLASS64 || eh->e_machine != EM_AARCH64) {
		return "is an ELF file, but not for 64-bit Arm";
	}
	if (eh->e_ident[EI_DATA] != ELFDATA2LSB) {
		return "is a big-endian ELF file";
	}
	if (eh->e_type != ET_EXEC && eh->e_type != ET_DYN) {
		return "is an ELF object, not a program";
	}
	if (eh->e_phentsize != sizeof(Elf64_Phdr)) {
		return "has no usable ELF program headers";
	}
	return NULL;
}

static const char *elf_segment(struct image *img, const Elf64_Phdr *ph)
{
	struct image_segment s = {
		.offset = ph->p_offset,
		.filesz = ph->p_filesz,
		.gpa = ph->p_paddr,
		.memsz = ph->p_memsz,
	};

	if (s.offset > img->file.size || img->file.size - s.offset < s.filesz) {
		return "is cut off: a segment lies beyond its end";
	}
	if (s.memsz < s.filesz || s.gpa + s.memsz < s.gpa) {
		return "has a broken ELF segment";
	}
	if (img->nr_segments == IMAGE_SEGMENTS) {
		return "has too many ELF segments";
	}
	image_add(img, &s);
	return NULL;
}

/* A position-independent program goes where RAM begins. */
static void image_move(struct image *img, uint64_t ram)
{
	uint64_t shift = img->lo < ram ? ram - img->lo : 0;

	if (img->hi + shift < img->hi) {
		return;
	}
	for (unsigned int i = 0; i < img->nr_segments; i++) {
		img->segment[i].gpa += shift;
	}
	img->lo += shift;
	img->hi += shift;
	img->entry += shift;
}

static int image_elf(struct image *img, uint64_t ram, struct where w)
{
	const char *bad = NULL;
	bool entry_found = false;
	Elf64_Ehdr eh;

	if (img->file.size < sizeof(eh)) {
		return image_bad(img, w, "is a cut-off ELF file", "build or copy it again");
	}
	memcpy(&eh, img->file.data, sizeof(eh));
	bad = elf_check(&eh);
	img->kind = IMAGE_ELF;
	for (unsigned int i = 0; !bad && i < eh.e_phnum; i++) {
		Elf64_Phdr ph;

		if (!elf_phdr(img, &eh, i, &ph)) {
			bad = "is cut off: its program headers lie beyond its end";
			break;
		}
		if (ph.p_type != PT_LOAD || ph.p_memsz == 0) {
			continue;
		}
		bad = elf_segment(img, &ph);
		/* The entry is a virtual address: find the physical one it is loaded to. */
		if (eh.e_entry >= ph.p_vaddr && eh.e_entry - ph.p_vaddr < ph.p_memsz) {
			img->entry = ph.p_paddr + (eh.e_entry - ph.p_vaddr);
			entry_found = true;
		}
	}
	if (!bad && !entry_found) {
		bad = "has no loadable segment with its entry point";
	}
	if (bad) {
		return image_bad(img, w, bad, "give a program linked for AArch64");
	}
	if (eh.e_type == ET_DYN) {
		image_move(img, ram);
	}
	return BH_OK;
}

static int image_unknown(const struct image *img, struct where w)
{
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		if (img->file.size >= refused[i].at + refused[i].len &&
		    !memcmp(img->file.data + refused[i].at, refused[i].magic, refused[i].len)) {
			return err_at(w.file, w.line, "kernel \"%s\" is %s\n%s", img->file.path,
				      refused[i].what, refused[i].remedy);
		}
	}
	if (img->file.size > 8 && !memcmp(img->file.data, "MZ\0\0zimg", 8)) {
		return image_bad(img, w, "is a compressed EFI image (vmlinuz.efi, \"zimg\")",
				 "give the Image it was made of");
	}
	return image_bad(img, w, "is neither an arm64 Image nor an ELF64 file",
			 "for a raw binary, say where it goes: load_address = 0x40000000");
}

int image_parse(struct image *img, uint64_t load, uint64_t ram, struct where w)
{
	const uint8_t *d = img->file.data;
	bool is_elf = img->file.size >= SELFMAG && !memcmp(d, ELFMAG, SELFMAG);
	bool is_linux = img->file.size >= LINUX_HEADER &&
			!memcmp(d + LINUX_MAGIC_AT, LINUX_MAGIC, 4);

	img->nr_segments = 0;
	img->lo = img->hi = 0;
	if (load != IMAGE_NO_LOAD && (is_elf || is_linux)) {
		return err_at(w.file, w.line,
			      "load_address is for raw binaries, but \"%s\" is an %s\n"
			      "remove load_address: the file says itself where it goes",
			      img->file.path, image_kind_name(is_elf ? IMAGE_ELF : IMAGE_LINUX));
	}
	if (is_linux) {
		return image_linux(img, ram, w);
	}
	if (is_elf) {
		return image_elf(img, ram, w);
	}
	if (load == IMAGE_NO_LOAD) {
		return image_unknown(img, w);
	}
	image_add(img, &(struct image_segment){
			       .filesz = img->file.size,
			       .gpa = load,
			       .memsz = img->file.size,
		       });
	img->kind = IMAGE_RAW;
	img->entry = load;
	return BH_OK;
}

int image_open(struct image *img, const char *path, uint64_t load, uint64_t ram, struct where w)
{
	int rc;

	memset(img, 0, sizeof(*img));
	rc = mapped_open(&img->file, path, "kernel", w);
	if (rc) {
		return rc;
	}
	rc = image_parse(img, load, ram, w);
	if (rc) {
		mapped_close(&img->file);
	}
	return rc;
}
