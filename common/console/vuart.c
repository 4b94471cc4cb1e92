/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Virtual UART: the SBSA Generic UART (SBSA, appendix on the generic UART: a subset of PL011) at
 * GUEST_PL011_BASE with the interrupt GUEST_VPL011_SPI, for guests without a paravirtual console.
 *
 * Output never waits: the transmit FIFO is always empty, bytes go to the kept output at once. Input
 * waits in a FIFO of the hypervisor. Interrupts are level: RX while there is input, TX from a write
 * of the data register until it is cleared. Registers that only a full PL011 has read as zero and
 * ignore writes. Lock: vuart.lock (LOCK_RANK_DOM_CONSOLE), never together with dom_console's.
 */
#include <asm/domain.h>
#include <hv/dom_console.h>
#include <hv/domain.h>
#include <hv/errno.h>
#include <hv/heap.h>
#include <hv/inject.h>
#include <public/arch-arm.h>

#define FIFO_SIZE 512U /* a power of two */

#define UARTDR	 0x000
#define UARTFR	 0x018
#define UARTIMSC 0x038
#define UARTRIS	 0x03c
#define UARTMIS	 0x040
#define UARTICR	 0x044

#define FR_RXFE BIT(4)
#define FR_RXFF BIT(6)
#define FR_TXFE BIT(7)

#define INT_RX	BIT(4)
#define INT_TX	BIT(5)
#define INT_RT	BIT(6)
#define INT_ALL 0x7ffU

struct vuart {
	struct spinlock lock;
	struct domain *domain;
	u32 imsc;	/* interrupts let through */
	bool is_tx_set; /* TX interrupt pending */
	u32 first, nr;	/* input FIFO; first only rises, its remainder is the place */
	u8 fifo[FIFO_SIZE];
};

static u32 raw_interrupts(const struct vuart *u)
{
	return (u32)((u->nr != 0 ? INT_RX | INT_RT : 0) | (u->is_tx_set ? INT_TX : 0));
}

/* Lock held. */
static void update_line(struct vuart *u)
{
	inject_spi_level(u->domain, GUEST_VPL011_SPI, (raw_interrupts(u) & u->imsc) != 0);
}

static u32 read_register(struct vuart *u, u64 offset)
{
	switch (offset) {
	case UARTDR:
		if (u->nr == 0) {
			return 0;
		}
		u->nr--;
		return u->fifo[u->first++ % FIFO_SIZE];
	case UARTFR:
		return (u32)(FR_TXFE | (u->nr ? 0 : FR_RXFE) | (u->nr == FIFO_SIZE ? FR_RXFF : 0));
	case UARTIMSC:
		return u->imsc;
	case UARTRIS:
		return raw_interrupts(u);
	case UARTMIS:
		return raw_interrupts(u) & u->imsc;
	default:
		return 0;
	}
}

static void write_register(struct vuart *u, u64 offset, u32 value)
{
	if (offset == UARTDR) {
		u->is_tx_set = true;
	} else if (offset == UARTIMSC) {
		u->imsc = value & INT_ALL;
	} else if (offset == UARTICR && (value & INT_TX) != 0) {
		u->is_tx_set = false;
	}
}

static bool access_register(struct vcpu *v, struct mmio_access *access, void *arg)
{
	struct vuart *u = arg;
	char byte = (char)access->value;

	if (access->bytes > 4 || access->offset >= GUEST_PL011_SIZE) {
		return false;
	}
	if (access->is_write && access->offset == UARTDR) {
		dom_console_put(v->domain, DOM_CONSOLE_VUART, &byte, 1);
	}
	spin_lock(&u->lock);
	if (access->is_write) {
		write_register(u, access->offset, (u32)access->value);
	} else {
		access->value = read_register(u, access->offset);
	}
	/* Of the reads only one takes something away. */
	if (access->is_write || access->offset == UARTDR) {
		update_line(u);
	}
	spin_unlock(&u->lock);
	return true;
}

int vuart_init(struct domain *d)
{
	struct vuart *u;
	int err;

	if (d->vuart != NULL) {
		return -EEXIST;
	}
	u = heap_alloc(sizeof(*u));
	if (u == NULL) {
		return -ENOMEM;
	}
	spin_lock_init(&u->lock, LOCK_RANK_DOM_CONSOLE);
	u->domain = d;
	err = mmio_register(d, &(struct mmio_region){ .start = GUEST_PL011_BASE,
						      .bytes = GUEST_PL011_SIZE,
						      .handler = access_register,
						      .arg = u });
	if (err != 0) {
		heap_free(u);
		return err;
	}
	d->vuart = u;
	return 0;
}

u32 vuart_feed(struct domain *d, const char *buf, u32 len)
{
	struct vuart *u = d->vuart;
	u32 taken = 0;

	if (u == NULL) {
		return 0;
	}
	spin_lock(&u->lock);
	while (taken < len && u->nr < FIFO_SIZE) {
		u->fifo[(u->first + u->nr++) % FIFO_SIZE] = (u8)buf[taken++];
	}
	update_line(u);
	spin_unlock(&u->lock);
	return taken;
}
