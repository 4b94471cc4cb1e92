/* SPDX-License-Identifier: Apache-2.0 */
/*
 * serial: a PL011 of the machine that the domain has been given, with its interrupt (Arm DDI 0183).
 * It is there and quiet, prints, interrupts as a level and as an edge, and the guest's end of an
 * interrupt is all it takes to have the next. Options: rounds= interrupts of each kind (default
 * 100), leave=1 ends with an interrupt that is active and asserted, for the next domain to find
 * nothing of, leave=2 by a reboot, for the next life; storm= microseconds for which the interrupt
 * is never cleared.
 */
#include "lib.h"

const char guest_name[] = "serial";

#define DR	 0x000u
#define FR	 0x018u
#define LCRH	 0x02cu
#define CR	 0x030u
#define IMSC	 0x038u
#define RIS	 0x03cu
#define ICR	 0x044u
#define ID	 0xfe0u /* eight registers of a byte each */
#define TXFF	 (1u << 5)
#define FIFOS	 (1u << 4)
#define TX_INT	 (1u << 5)
#define CR_TX_ON 0x301u
#define LOOK_US	 2000

static volatile uint64_t count;
static volatile uint64_t clear_at;	    /* the handler clears the device from this count on */
static volatile uint64_t storm_end = ~0ull; /* or from this time on, in ticks */

static void put(char c)
{
	while ((rd32(plat.serial + FR) & TXFF) != 0) {}
	wr32(plat.serial + DR, (uint8_t)c);
}

static void print(const char *s)
{
	for (; *s != '\0'; s++) {
		put(*s);
	}
}

static void on_serial(unsigned int intid)
{
	(void)intid;
	count++;
	if (count >= clear_at || ticks() >= storm_end) {
		wr32(plat.serial + ICR, TX_INT);
	}
}

static void check_there(void)
{
	static const uint8_t id[] = { 0x11, 0x10, 0xff, 0x00, 0x0d, 0xf0, 0x05, 0xb1 };
	bool ok = true;

	for (unsigned int i = 0; i < ARRAY_SIZE(id); i++) {
		/* The third has the revision. */
		ok = ok && (i == 2 || (rd32(plat.serial + ID + 4 * i) & 0xff) == id[i]);
	}
	check(ok, "a PL011 is at 0x%lx", plat.serial);
	check_eq(rd32(plat.serial + IMSC), 0, "nobody has left its interrupts on");
	check(!gic_bit(GIC_ISACTIVER, plat.serial_irq), "its interrupt is not active");
	check(!gic_bit(GIC_ISPENDR, plat.serial_irq), "its interrupt is not pending");
}

/* One interrupt for each character, cleared by the handler. */
static void check_rounds(bool edge, uint64_t rounds)
{
	bool ok = true;

	gic_edge(plat.serial_irq, edge);
	gic_enable(plat.serial_irq);
	count = clear_at = 0;
	for (uint64_t i = 0; i < rounds && ok; i++) {
		put('.');
		ok = WAIT_FOR(count > i, 1000000);
	}
	delay_us(LOOK_US);
	check(ok && count == rounds, "%lu characters, %lu interrupts by %s", rounds, count,
	      edge ? "edge" : "level");
}

/* What is not cleared comes again at once as a level, and not at all as an edge. */
static void check_uncleared(bool edge)
{
	if (plat.gicc != 0 && !edge) {
		return; /* QEMU's GICv2: docs/vgic.md */
	}
	gic_edge(plat.serial_irq, edge);
	count = 0;
	clear_at = edge ? 2 : 10;
	put('!');
	(void)WAIT_FOR(count >= clear_at, edge ? LOOK_US : 1000000);
	check_eq(count, edge ? 1 : 10, edge ? "an edge comes once" : "a level comes until cleared");
	wr32(plat.serial + ICR, TX_INT);
}

/*
 * The handler ends it: each end of an interrupt may find the next one pending, so that what it
 * interrupts executes no instruction. With -icount that is always so.
 */
static void storm(uint64_t us)
{
	uint64_t turns = 0;

	gic_edge(plat.serial_irq, false);
	count = 0;
	clear_at = ~0ull;
	storm_end = ticks() + us_to_ticks(us);
	put('s');
	while (ticks() < storm_end) {
		turns++;
	}
	printf("storm: %lu interrupts in %lu us, %lu turns beside them\n", count, us, turns);
	clear_at = 0;
	delay_us(LOOK_US);
}

/* The next domain finds the device as it was at power-on. */
static void leave(void)
{
	irq_off();
	gic_edge(plat.serial_irq, false);
	put('?');
	delay_us(LOOK_US);
	check_eq(icc_read(IAR1), plat.serial_irq, "an interrupt is acknowledged and left active");
	check(gic_bit(GIC_ISACTIVER, plat.serial_irq), "it is active at the end");
}

void guest_main(void)
{
	check(plat.serial != 0, "the device tree names a PL011");
	if (plat.serial == 0 || !gic_init()) {
		return;
	}
	check_there();
	irq_handle(plat.serial_irq, on_serial);
	gic_prio(plat.serial_irq, 0x80);
	gic_route(plat.serial_irq, 0);
	wr32(plat.serial + LCRH, 0x60 | FIFOS);
	wr32(plat.serial + CR, CR_TX_ON);
	wr32(plat.serial + ICR, 0x7ff);
	print("serial: hello\n");
	wr32(plat.serial + ICR, 0x7ff);
	wr32(plat.serial + IMSC, TX_INT);
	irq_on();
	check_rounds(false, opt_u64("rounds", 100));
	check_uncleared(false);
	check_rounds(true, opt_u64("rounds", 100));
	check_uncleared(true);
	if (opt_u64("storm", 0) != 0) {
		storm(opt_u64("storm", 0));
	}
	if (opt_u64("leave", 0) != 0) {
		leave();
		if (opt_u64("leave", 0) == 2) {
			smccc_call(PSCI_SYSTEM_RESET, 0, 0, 0);
		}
	} else {
		wr32(plat.serial + IMSC, 0);
	}
	print("\nserial: bye\n");
}
