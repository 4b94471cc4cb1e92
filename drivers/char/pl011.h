/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Registers of the PL011 (DDI 0183), for pl011.c, which sends, and pl011_irq.c, which receives and
 * says when there is room again. One port, found at boot and constant then.
 */
#ifndef DRIVERS_CHAR_PL011_H
#define DRIVERS_CHAR_PL011_H

#include "uart.h"

#include <hv/mmio.h>

#define DR	       0x00
#define FR	       0x18
#define FR_RXFE	       BIT(4) /* receive FIFO empty */
#define FR_TXFF	       BIT(5) /* transmit FIFO full */
#define FR_TXFE	       BIT(7) /* transmit FIFO empty */
#define FIFO_DEPTH     16U    /* at least, in every revision */
#define LCRH	       0x2c
#define LCRH_8N1_FIFO  0x70
#define CR	       0x30
#define CR_ENABLE      0x301 /* UARTEN, TXE, RXE */
#define IMSC	       0x38
#define MIS	       0x40
#define ICR	       0x44
#define INT_RX	       BIT(4)
#define INT_TX	       BIT(5)
#define INT_RX_TIMEOUT BIT(6)

extern struct uart_port pl011;

static inline u32 pl011_read(unsigned int offset)
{
	return mmio_read32((char *)pl011.regs + offset);
}

static inline void pl011_put(unsigned int offset, u32 value)
{
	mmio_write32((char *)pl011.regs + offset, value);
}

/* pl011_irq.c: of struct console_driver. */
void pl011_want_room(bool want);
int pl011_start(void);

#endif
