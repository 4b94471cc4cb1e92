/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The virtual machine of a Xen-ABI arm64 domain: addresses are those that xen/arch-arm.h (GUEST_*)
 * promises, so no device tree is needed: a GICv3, or a GICv2 if there are no system registers of a
 * GIC. The console is the PV console's ring, or the SBSA UART in a domain that has no ring.
 */
#include "autopilot.h"

#define REG32(a)  (*(volatile uint32_t *)(a))
#define barrier() __asm__ volatile("dsb sy" : : : "memory")

#define GICD	   0x03001000ull
#define GICC	   0x03002000ull
#define GICR	   0x03020000ull
#define PRIVATE	   (is_gicv2 ? GICD : GICR + 0x10000) /* registers of interrupts 0 to 31 */
#define UART	   0x22000000ull
#define UART_FLAGS REG32(UART + 0x18)
#define MAGIC	   0x39000000ull		    /* PV pages */
#define DEVICE	   (1ull | 1ull << 10 | 3ull << 53) /* block, access flag, never executed */
#define NORMAL	   (1ull | 1ull << 10 | 1ull << 2 | 3ull << 8) /* cacheable, inner shareable */

#define HVM_OP	 34
#define SCHED_OP 29
#define EVENT_OP 32

struct console_ring {
	char in[1024], out[2048];
	uint32_t in_cons, in_prod, out_cons, out_prod;
};

static uint64_t l1[512] __attribute__((aligned(4096))), l2[512] __attribute__((aligned(4096)));
static volatile struct console_ring *ring;
static uint32_t ring_port;
static bool is_gicv2;

/* Identity map, 39-bit addresses: devices and PV pages below 1 GiB, RAM above it up to 4 GiB. */
void board_mmu_on(void)
{
	for (uint64_t i = 0; i < 512; i++) {
		l2[i] = i << 21 | (i == MAGIC >> 21 ? NORMAL : DEVICE);
		l1[i] = i << 30 | (i < 4 ? NORMAL : DEVICE);
	}
	l1[0] = (uint64_t)l2 | 3;
	sysreg_write(mair_el1, 0xff04);
	sysreg_write(tcr_el1, 25 | 1 << 8 | 1 << 10 | 3 << 12 | 1 << 23 | 2ull << 32);
	sysreg_write(ttbr0_el1, (uint64_t)l1);
	__asm__ volatile("dsb ish\n\ttlbi vmalle1\n\tdsb ish\n\tisb" : : : "memory");
	sysreg_write(sctlr_el1, 0x30d01805); /* RES1 bits, I, C, M */
}

static long hypercall(uint64_t nr, uint64_t a0, void *a1)
{
	register uint64_t x0 __asm__("x0") = a0;
	register uint64_t x1 __asm__("x1") = (uint64_t)a1;
	register uint64_t x16 __asm__("x16") = nr;

	__asm__ volatile("hvc #0xea1" : "+r"(x0), "+r"(x1), "+r"(x16) : : "memory");
	return (long)x0;
}

static uint64_t hvm_param(uint32_t index)
{
	uint64_t p[2] = { 0x7ff0 | (uint64_t)index << 32, 0 }; /* DOMID_SELF, index; value */

	return hypercall(HVM_OP, 1, p) == 0 ? p[1] : 0;
}

void board_init(void)
{
	uint64_t pfn = hvm_param(17); /* HVM_PARAM_CONSOLE_PFN; the event channel is 18 */

	if (pfn != 0 && pfn + 1 != 0) {
		ring_port = (uint32_t)hvm_param(18);
		ring = (volatile struct console_ring *)(pfn << 12);
	}
	is_gicv2 = (sysreg_read(id_aa64pfr0_el1) >> 24 & 0xf) == 0;
	REG32(GICD) = is_gicv2 ? 1 : 0x12; /* on; or affinity routing, group 1 */
	if (is_gicv2) {
		REG32(GICC + 4) = 0xff; /* GICC_PMR */
		REG32(GICC) = 1;
	} else {
		REG32(GICR + 0x14) = 0;		    /* wake the redistributor */
		REG32(GICR + 0x10080) = 0xffffffff; /* all in group 1 */
		sysreg_write(S3_0_C12_C12_5, sysreg_read(S3_0_C12_C12_5) | 1); /* ICC_SRE_EL1 */
		sysreg_write(S3_0_C4_C6_0, 0xff);			       /* ICC_PMR_EL1 */
		sysreg_write(S3_0_C12_C12_7, 1);			       /* ICC_IGRPEN1_EL1 */
	}
	*(volatile uint8_t *)(PRIVATE + 0x400 + IRQ_VTIMER) = 0x80;
	REG32(PRIVATE + 0x100) = 1u << IRQ_VTIMER;
}

uint64_t board_irq_ack(void)
{
	return is_gicv2 ? REG32(GICC + 12) : sysreg_read(S3_0_C12_C12_0); /* IAR, ICC_IAR1_EL1 */
}

void board_irq_eoi(uint64_t intid)
{
	if (is_gicv2) {
		REG32(GICC + 16) = (uint32_t)intid;
	} else {
		sysreg_write(S3_0_C12_C12_1, intid);
	}
}

void board_timer(uint64_t at)
{
	sysreg_write(cntv_cval_el0, at);
	sysreg_write(cntv_ctl_el0, 1);
}

void board_putc(char c)
{
	if (ring == NULL) {
		for (int i = 0; i < 1000 && (UART_FLAGS & 1 << 5) != 0; i++) {}
		REG32(UART) = (uint8_t)c;
	} else if (board_room(1)) {
		ring->out[ring->out_prod % sizeof(ring->out)] = c;
		barrier();
		ring->out_prod++;
	}
}

bool board_room(unsigned int n)
{
	return ring == NULL || ring->out_prod - ring->out_cons + n <= sizeof(ring->out);
}

void board_flush(void)
{
	barrier();
	if (ring != NULL) {
		hypercall(EVENT_OP, 4, &ring_port); /* send */
	}
}

int board_getc(void)
{
	int c = -1;

	if (ring == NULL && (UART_FLAGS & 1 << 4) == 0) {
		c = (uint8_t)REG32(UART);
	} else if (ring != NULL && ring->in_cons != ring->in_prod) {
		barrier();
		c = ring->in[ring->in_cons % sizeof(ring->in)];
		ring->in_cons++;
		board_flush();
	}
	return c;
}

void board_stop(uint64_t reason)
{
	hypercall(SCHED_OP, 2, &(uint32_t){ (uint32_t)reason }); /* shutdown */
}
