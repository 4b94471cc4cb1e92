/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Kernel formats: what is recognised and where it goes, and that no sequence
 * of bytes makes the parser read or accept what lies outside of the file
 * (random changes under the address sanitizer).
 */
#include <elf.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "err.h"
#include "image.h"

#define RAM    0x40000000ull
#define ROUNDS 200000

static const struct where nowhere = { "test", 0 };

/* Parses a copy that ends where its allocation ends, so that the sanitizer sees every overrun. */
static int parse(struct image *img, const void *data, size_t size, uint64_t load)
{
	uint8_t *copy = malloc(size ? size : 1);
	int rc;

	memcpy(copy, data, size);
	memset(img, 0, sizeof(*img));
	img->file = (struct mapped){ .path = "test", .data = copy, .size = size };
	rc = image_parse(img, load, RAM, nowhere);
	free(copy);
	return rc;
}

static void make_linux(uint8_t *b, uint64_t offset, uint64_t size)
{
	memset(b, 0, 4096);
	memcpy(b + 8, &offset, 8);
	memcpy(b + 16, &size, 8);
	memcpy(b + 56, "ARM\x64", 4);
}

static void make_elf(uint8_t *b)
{
	Elf64_Ehdr eh = {
		.e_ident = { 0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB, EV_CURRENT },
		.e_type = ET_EXEC,
		.e_machine = EM_AARCH64,
		.e_entry = 0xffff000000000010,
		.e_phoff = sizeof(eh),
		.e_phentsize = sizeof(Elf64_Phdr),
		.e_phnum = 2,
	};
	Elf64_Phdr ph[2] = {
		{ .p_type = PT_LOAD,
		  .p_offset = 1024,
		  .p_vaddr = 0xffff000000000000,
		  .p_paddr = RAM + 0x1000,
		  .p_filesz = 512,
		  .p_memsz = 512 },
		{ .p_type = PT_LOAD,
		  .p_offset = 2048,
		  .p_vaddr = 0xffff000000010000,
		  .p_paddr = RAM + 0x11000,
		  .p_filesz = 100,
		  .p_memsz = 0x5000 },
	};

	memset(b, 0, 4096);
	memcpy(b, &eh, sizeof(eh));
	memcpy(b + sizeof(eh), ph, sizeof(ph));
}

static void linux_images(void **state)
{
	uint8_t b[4096];
	struct image img;

	(void)state;
	make_linux(b, 0, 1 << 20);
	assert_int_equal(parse(&img, b, sizeof(b), IMAGE_NO_LOAD), BH_OK);
	assert_int_equal(img.kind, IMAGE_LINUX);
	assert_int_equal(img.entry, RAM);
	assert_int_equal(img.hi, RAM + (1 << 20));
	assert_int_equal(img.segment[0].filesz, sizeof(b));
	make_linux(b, 0x80000, 100); /* image_size smaller than the file */
	assert_int_equal(parse(&img, b, sizeof(b), IMAGE_NO_LOAD), BH_OK);
	assert_int_equal(img.hi, RAM + 0x80000 + sizeof(b));
	make_linux(b, 0, 0); /* old kernels */
	assert_int_equal(parse(&img, b, sizeof(b), IMAGE_NO_LOAD), BH_OK);
	assert_int_equal(img.entry, RAM + 0x80000);
	make_linux(b, UINT64_MAX, 4096);
	assert_int_equal(parse(&img, b, sizeof(b), IMAGE_NO_LOAD), BH_CONFIG);
	make_linux(b, 0, UINT64_MAX);
	assert_int_equal(parse(&img, b, sizeof(b), IMAGE_NO_LOAD), BH_CONFIG);
	make_linux(b, 0, 4096);
	assert_int_equal(parse(&img, b, sizeof(b), RAM), BH_CONFIG);
}

static void elf_images(void **state)
{
	uint8_t b[4096];
	struct image img;

	(void)state;
	make_elf(b);
	assert_int_equal(parse(&img, b, sizeof(b), IMAGE_NO_LOAD), BH_OK);
	assert_int_equal(img.kind, IMAGE_ELF);
	assert_int_equal(img.entry, RAM + 0x1010);
	assert_int_equal(img.lo, RAM + 0x1000);
	assert_int_equal(img.hi, RAM + 0x16000);
	assert_int_equal(img.nr_segments, 2);
	assert_int_equal(parse(&img, b, 2100, IMAGE_NO_LOAD), BH_CONFIG); /* second segment cut */
	assert_int_equal(parse(&img, b, 100, IMAGE_NO_LOAD), BH_CONFIG);
	b[16] = ET_DYN;
	assert_int_equal(parse(&img, b, sizeof(b), IMAGE_NO_LOAD), BH_OK);
	assert_int_equal(img.entry, RAM + 0x1010); /* above the beginning of RAM: stays */
	memset(b + sizeof(Elf64_Ehdr) + offsetof(Elf64_Phdr, p_paddr), 0, 8);
	assert_int_equal(parse(&img, b, sizeof(b), IMAGE_NO_LOAD), BH_OK);
	assert_int_equal(img.entry, RAM + 0x10);
	assert_int_equal(img.lo, RAM);
	assert_int_equal(img.segment[1].gpa, 2 * RAM + 0x11000);
	b[18] = EM_X86_64;
	assert_int_equal(parse(&img, b, sizeof(b), IMAGE_NO_LOAD), BH_CONFIG);
}

static void other_files(void **state)
{
	static const char bad[][16] = { "\x1f\x8b\x08", "hello, world", "MZ\0\0zimg", "" };
	struct image img;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(parse(&img, bad[i], 12 * (i != 3), IMAGE_NO_LOAD), BH_CONFIG);
	}
	assert_int_equal(parse(&img, "hello, world", 12, RAM + 4), BH_OK);
	assert_int_equal(img.kind, IMAGE_RAW);
	assert_int_equal(img.entry, RAM + 4);
}

/* Whatever is accepted lies inside of the file and does not wrap around. */
static void check_accepted(const struct image *img, size_t size)
{
	assert_true(img->nr_segments <= IMAGE_SEGMENTS);
	for (unsigned int i = 0; i < img->nr_segments; i++) {
		const struct image_segment *s = &img->segment[i];

		assert_true(s->offset <= size && s->filesz <= size - s->offset);
		assert_true(s->filesz <= s->memsz && s->gpa + s->memsz >= s->gpa);
		assert_true(s->gpa >= img->lo && s->gpa + s->memsz <= img->hi);
	}
}

static void random_changes(void **state)
{
	static const uint8_t nasty[] = { 0, 1, 0x7f, 0x80, 0xff };
	uint8_t b[4096];
	struct image img;
	unsigned int accepted = 0;

	(void)state;
	srand(1);
	for (int n = 0; n < ROUNDS; n++) {
		size_t size = rand() % 4 ? sizeof(b) : (size_t)rand() % sizeof(b);
		int changes = rand() % 6;

		if (n % 2) {
			make_elf(b);
		} else {
			make_linux(b, 0, 1 << 20);
		}
		for (int i = 0; i < changes; i++) {
			b[rand() % 192] = rand() % 2 ? (uint8_t)rand()
						     : nasty[(size_t)rand() % sizeof(nasty)];
		}
		if (parse(&img, b, size, IMAGE_NO_LOAD) == BH_OK) {
			check_accepted(&img, size);
			accepted++;
		}
	}
	/* A parser that refuses everything would pass the checks above. */
	assert_true(accepted > ROUNDS / 20);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(linux_images),
		cmocka_unit_test(elf_images),
		cmocka_unit_test(other_files),
		cmocka_unit_test(random_changes),
	};

	/* The messages are not the subject here. */
	if (!freopen("/dev/null", "w", stderr)) {
		return 1;
	}
	cmocka_set_message_output(CM_OUTPUT_STDOUT);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
