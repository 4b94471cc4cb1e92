/* SPDX-License-Identifier: Apache-2.0 */
/*
 * printf and console input on whatever the domain has: PV console ring, PL011/SBSA UART, or (when
 * there is neither) the console_io hypercall, which a privileged domain may use. A console without
 * a reader never blocks a guest for longer than WAIT_US: what does not fit by then is dropped.
 */
#include <stdarg.h>
#include "lib.h"

#define WAIT_US 200000
#define UART_DR 0x00
#define UART_FR 0x18

static volatile struct xen_console_ring *ring;
static uint32_t ring_port;
static volatile bool lock;
static char line[256];
static unsigned int line_len;

void console_init(void);

static uint64_t hvm_param(uint32_t index)
{
	struct xen_hvm_param p = { .domid = DOMID_SELF, .index = index };

	return xen_call(XEN_HVM_OP, HVMOP_get_param, (uint64_t)&p, 0, 0) == 0 ? p.value : 0;
}

void console_init(void)
{
	uint64_t pfn = plat.xen ? hvm_param(HVM_PARAM_CONSOLE_PFN) : 0;

	if (pfn != 0 && pfn + 1 != 0) {
		mmu_map_normal(pfn << 12);
		ring_port = (uint32_t)hvm_param(HVM_PARAM_CONSOLE_EVTCHN);
		ring = (volatile struct xen_console_ring *)(pfn << 12);
	}
}

void console_leave_ring(void)
{
	ring = plat.uart != 0 ? NULL : ring;
}

static void ring_kick(void)
{
	dsb();
	xen_call(XEN_EVENT_CHANNEL_OP, 4, (uint64_t)&ring_port, 0, 0);
}

static void ring_putc(char c)
{
	if (!WAIT_FOR(ring->out_prod - ring->out_cons < sizeof(ring->out), WAIT_US)) {
		return;
	}
	ring->out[ring->out_prod % sizeof(ring->out)] = c;
	dsb();
	ring->out_prod++;
	if (c == '\n') {
		ring_kick();
	}
}

static void uart_putc(char c)
{
	if (WAIT_FOR((rd32(plat.uart + UART_FR) & 1 << 5) == 0, WAIT_US)) {
		wr32(plat.uart + UART_DR, (uint8_t)c);
	}
}

static void flush_line(void)
{
	if (plat.xen && ring == NULL && plat.uart == 0 && line_len != 0) {
		xen_call(XEN_CONSOLE_IO, 0, line_len, (uint64_t)line, 0);
	}
	line_len = 0;
}

static void putc(char c)
{
	if (ring != NULL) {
		ring_putc(c);
	}
	if (plat.uart != 0) {
		if (c == '\n') {
			uart_putc('\r');
		}
		uart_putc(c);
	}
	line[line_len++] = c;
	if (c == '\n' || line_len == sizeof(line)) {
		flush_line();
	}
}

int console_getc(void)
{
	char c;

	if (ring != NULL && ring->in_cons != ring->in_prod) {
		dsb();
		c = ring->in[ring->in_cons % sizeof(ring->in)];
		ring->in_cons++;
		ring_kick();
		return (uint8_t)c;
	}
	if (plat.uart != 0 && (rd32(plat.uart + UART_FR) & 1 << 4) == 0) {
		return rd32(plat.uart + UART_DR) & 0xff;
	}
	if (plat.xen && ring == NULL && plat.uart == 0 &&
	    xen_call(XEN_CONSOLE_IO, 1, 1, (uint64_t)&c, 0) == 1) {
		return (uint8_t)c;
	}
	return -1;
}

static void put_str(const char *s, unsigned int width)
{
	unsigned int n = 0;

	for (s = s != NULL ? s : "(null)"; *s != '\0'; s++, n++) {
		putc(*s);
	}
	for (; n < width; n++) {
		putc(' ');
	}
}

static void put_num(uint64_t v, unsigned int base, bool neg, unsigned int width, char pad)
{
	char buf[24];
	unsigned int n = 0;

	do {
		buf[n++] = "0123456789abcdef"[v % base];
		v /= base;
	} while (v != 0);
	if (neg && pad == '0') {
		putc('-');
	} else if (neg) {
		buf[n++] = '-';
	}
	for (unsigned int i = n; i < width; i++) {
		putc(pad);
	}
	while (n != 0) {
		putc(buf[--n]);
	}
}

/* %[0][width][l]{d,u,x}, %[width]s, %c, %%. */
static const char *put_one(const char *f, va_list *ap)
{
	char pad = *f == '0' ? '0' : ' ';
	unsigned int width = 0;
	bool is_long = false;
	int64_t v;

	for (; *f >= '0' && *f <= '9'; f++) {
		width = width * 10 + (unsigned int)(*f - '0');
	}
	for (; *f == 'l'; f++) {
		is_long = true;
	}
	switch (*f) {
	case 'd':
		v = is_long ? va_arg(*ap, long) : va_arg(*ap, int);
		put_num(v < 0 ? -(uint64_t)v : (uint64_t)v, 10, v < 0, width, pad);
		break;
	case 'u':
	case 'x':
		put_num(is_long ? va_arg(*ap, unsigned long) : va_arg(*ap, unsigned int),
			*f == 'u' ? 10 : 16, false, width, pad);
		break;
	case 's':
		put_str(va_arg(*ap, const char *), width);
		break;
	case 'c':
		putc((char)va_arg(*ap, int));
		break;
	default:
		putc(*f);
		break;
	}
	return f + 1;
}

void vprintf_(const char *f, va_list *ap);
void vprintf_(const char *f, va_list *ap)
{
	while (__atomic_test_and_set(&lock, __ATOMIC_ACQUIRE)) {}
	while (*f != '\0') {
		if (*f == '%') {
			f = put_one(f + 1, ap);
		} else {
			putc(*f++);
		}
	}
	__atomic_clear(&lock, __ATOMIC_RELEASE);
}

void printf(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vprintf_(fmt, &ap);
	va_end(ap);
}
