/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of the program `answers' share: how to ask and how to print an answer. See
 * answers.c for what it is about. One page and a second one are locked in memory for arguments.
 */
#ifndef TESTS_ABI_ANSWERS_H
#define TESTS_ABI_ANSWERS_H

#include <stddef.h>
#include <stdint.h>

#include <public/domctl.h>

#define PAGE	4096U
#define NOWHERE 0x10UL /* an address that is not mapped */

extern char *page, *second;

/* The hypercall `number' with its result, -1 being -errno as a Linux program sees it. */
long call(uint64_t number, uint64_t a, uint64_t b, uint64_t c);
/* The same with a command and a structure that is copied into the page and back. */
long ask(uint64_t number, uint64_t cmd, void *data, size_t size);
/* A domctl with the right interface version; without a payload of its own. */
long domctl(uint16_t domid, uint32_t cmd, struct xen_domctl *op);
long plain_domctl(uint16_t domid, uint32_t cmd);

void answer(const char *name, const char *format, ...) __attribute__((format(printf, 2, 3)));
void simple(const char *name, long result);

/* answers_domain.c: a domain from its creation to its end; lists of sysctl. */
void ask_domain(void);
void ask_sysctl_lists(void);
void ask_params(uint16_t domid, const char *who);
void ask_sched(uint16_t domid);

#endif
