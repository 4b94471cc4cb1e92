/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runtime library of the test guests: everything a guest of one page needs, and no more.
 *
 * A guest defines `guest_name` and `guest_main()`. It prints one line per check and ends with `PASS
 * name` or `FAIL name: reason`, then switches its domain off. Runs at EL1 on Bulkhead, on Xen, and
 * bare on QEMU's virt machine (then the hypercall parts are absent: `plat.xen` is false).
 */
#ifndef GUEST_LIB_H
#define GUEST_LIB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "xen.h"

#define MAX_CPUS      8
#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define STR_(x)	      #x
#define STR(x)	      STR_(x)
#define isb()	      __asm__ volatile("isb" : : : "memory")
#define dsb()	      __asm__ volatile("dsb sy" : : : "memory")
#define wfi()	      __asm__ volatile("dsb sy\n\twfi" : : : "memory")
#define irq_on()      __asm__ volatile("msr daifclr, #2\n\tisb" : : : "memory")
#define irq_off()     __asm__ volatile("msr daifset, #2\n\tisb" : : : "memory")
#define sysreg_read(r)                                                                             \
	({                                                                                         \
		uint64_t v_;                                                                       \
		__asm__ volatile("mrs %0, " STR(r) : "=r"(v_) : : "memory");                       \
		v_;                                                                                \
	})
#define sysreg_write(r, v)                                                                         \
	__asm__ volatile("msr " STR(r) ", %x0\n\tisb" : : "rZ"((uint64_t)(v)) : "memory")

/* --- the guest's own part --- */
extern const char guest_name[];
void guest_main(void);

/* --- platform, read from the device tree before guest_main() --- */
struct platform {
	bool xen; /* a /hypervisor node of Xen's binding is there */
	unsigned int nr_cpus;
	uint64_t mpidr[MAX_CPUS];
	uint64_t gicd;		  /* GIC's distributor; 0 = absent */
	uint64_t gicr, gicr_size; /* GICv3's redistributors */
	uint64_t gicc;		  /* GICv2's CPU interface; 0 = GICv3 */
	uint64_t uart;		  /* PL011 or SBSA UART; 0 = none */
	unsigned int uart_irq;
	uint64_t serial; /* PL011 that is not the console; 0 = none */
	unsigned int serial_irq;
	unsigned int evtchn_irq;
	uint64_t ram_base, ram_size; /* first bank */
	uint64_t shm_base, shm_size; /* first static region; 0 = none */
	const char *bootargs;
};
extern struct platform plat;

/* --- console and options --- */
void printf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void console_leave_ring(void); /* use the UART alone, if there is one */
int console_getc(void);	       /* -1 = nothing there */
uint64_t opt_u64(const char *name,
		 uint64_t def); /* "name=123" or "name=0x7b" among the boot arguments */
bool opt_is(const char *name, const char *value); /* "name=value" is among the boot arguments */
uint64_t rnd(void); /* xorshift64*, one sequence per vCPU, seeded with the option seed= */

/* --- checks --- */
void check(bool ok, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
#define check_eq(a, b, what)                                                                       \
	do {                                                                                       \
		uint64_t a_ = (uint64_t)(a), b_ = (uint64_t)(b);                                   \
		if (a_ == b_) {                                                                    \
			check(true, "%s", what);                                                   \
		} else {                                                                           \
			check(false, "%s: got 0x%lx, wanted 0x%lx", what, a_, b_);                 \
		}                                                                                  \
	} while (0)
bool strict(void); /* option strict= (default 1); 0 leaves out what Xen 4.20 or QEMU's PSCI is known
		      not to do */
bool all_ok(void); /* no check has failed so far */
void finish(void)
	__attribute__((noreturn)); /* verdict, then power off; guest_main() may also just return */
void power_off(void) __attribute__((noreturn));

/* --- exceptions --- */
struct regs {
	uint64_t x[31], elr, spsr, esr, far, pad;
};
struct trap_log { /* per vCPU; what was caught since trap_arm() */
	volatile bool armed;
	volatile uint64_t count, undef, dabt, iabt, serror, other;
	volatile uint64_t esr, far; /* of the last one */
};
extern struct trap_log trap_log[MAX_CPUS];
void trap_arm(void);	    /* from now on exceptions skip the instruction and are counted */
uint64_t trap_disarm(void); /* back to "an exception is a failure"; returns how many were caught */

/* --- MMU: identity map, see mmu.c --- */
void mmu_map_normal(
	uint64_t pa); /* make the 2 MiB (below 1 GiB) or 1 GiB around pa cacheable memory */
volatile void *mmu_window(uint64_t pa,
			  bool normal); /* map the 1 GiB around pa at a fixed address */

/* --- vCPUs --- */
static inline unsigned int cpu_id(void)
{
	return (unsigned int)sysreg_read(tpidr_el1);
}
long cpu_start(unsigned int cpu,
	       void (*fn)(unsigned int cpu)); /* PSCI CPU_ON; result of the call */
long psci_off(void);			      /* CPU_OFF of the caller */
void barrier_wait(volatile uint32_t *counter,
		  uint32_t target); /* adds 1, then spins until target is reached */

/* --- counter and timers --- */
static inline uint64_t ticks(void)
{
	isb();
	return sysreg_read(cntvct_el0);
}
static inline uint64_t tick_hz(void)
{
	return sysreg_read(cntfrq_el0);
}
static inline uint64_t us_to_ticks(uint64_t us)
{
	return us * tick_hz() / 1000000;
}
void delay_us(uint64_t us);
#define WAIT_FOR(cond, us)                                                                         \
	({                                                                                         \
		uint64_t end_ = ticks() + us_to_ticks(us);                                         \
		while (!(cond) && ticks() < end_) {}                                               \
		(bool)(cond);                                                                      \
	})

/* --- GIC, version 2 or 3 --- */
#define ICC_PMR	    S3_0_C4_C6_0
#define ICC_IAR1    S3_0_C12_C12_0
#define ICC_EOIR1   S3_0_C12_C12_1
#define ICC_HPPIR1  S3_0_C12_C12_2
#define ICC_BPR1    S3_0_C12_C12_3
#define ICC_CTLR    S3_0_C12_C12_4
#define ICC_SRE	    S3_0_C12_C12_5
#define ICC_IGRPEN0 S3_0_C12_C12_6
#define ICC_IGRPEN1 S3_0_C12_C12_7
#define ICC_DIR	    S3_0_C12_C11_1
#define ICC_RPR	    S3_0_C12_C11_3
#define ICC_SGI1R   S3_0_C12_C11_5
#define ICC_AP1R0   S3_0_C12_C9_0

/*
 * The CPU interface's registers by their GICv3 names, NAME without ICC_; of a GICv2 the ones of
 * group 0, in which all interrupts are there.
 */
#define GICC_PMR       0x0004
#define GICC_BPR1      0x0008
#define GICC_IAR1      0x000c
#define GICC_EOIR1     0x0010
#define GICC_RPR       0x0014
#define GICC_HPPIR1    0x0018
#define GICC_AP1R0     0x00d0
#define GICC_DIR       0x1000
#define icc_read(name) (plat.gicc != 0 ? rd32(plat.gicc + GICC_##name) : sysreg_read(ICC_##name))
#define icc_write(name, v)                                                                         \
	do {                                                                                       \
		if (plat.gicc != 0) {                                                              \
			wr32(plat.gicc + GICC_##name, (uint32_t)(v));                              \
		} else {                                                                           \
			sysreg_write(ICC_##name, v);                                               \
		}                                                                                  \
	} while (0)

#define GICD_CTLR      0x0000
#define GICD_TYPER     0x0004
#define GIC_IGROUPR    0x0080
#define GIC_ISENABLER  0x0100
#define GIC_ICENABLER  0x0180
#define GIC_ISPENDR    0x0200
#define GIC_ICPENDR    0x0280
#define GIC_ISACTIVER  0x0300
#define GIC_ICACTIVER  0x0380
#define GIC_IPRIORITYR 0x0400
#define GIC_ICFGR      0x0c00
#define GICD_ITARGETSR 0x0800
#define GICD_SGIR      0x0f00
#define GICD_CPENDSGIR 0x0f10
#define GICD_IROUTER   0x6000
#define GICR_TYPER     0x0008
#define GICR_WAKER     0x0014
#define INTID_SPURIOUS 1023
#define INTID_MASK     (plat.gicc != 0 ? 0x3ffu : 0xffffffu) /* above it: source of an SGI */

/* Mapped in stage 1, in no machine's or domain's address space. */
#define NOWHERE 0x7e00000000ull

/* Device registers, by instructions that the hardware decodes for a hypervisor: no write-back. */
static inline uint32_t rd32(uint64_t a)
{
	uint32_t v;

	__asm__ volatile("ldr %w0, [%1]" : "=r"(v) : "r"(a) : "memory");
	return v;
}
static inline void wr32(uint64_t a, uint32_t v)
{
	__asm__ volatile("str %w0, [%1]" : : "r"(v), "r"(a) : "memory");
}
static inline uint64_t rd64(uint64_t a)
{
	uint64_t v;

	__asm__ volatile("ldr %0, [%1]" : "=r"(v) : "r"(a) : "memory");
	return v;
}
static inline void wr64(uint64_t a, uint64_t v)
{
	__asm__ volatile("str %0, [%1]" : : "r"(v), "r"(a) : "memory");
}

bool gic_init(void); /* distributor and this vCPU's part; false = no GIC */
bool gic_init_cpu(void);
uint64_t gic_base(unsigned int intid); /* base of the registers that hold intid: distributor or this
					  vCPU's SGI page */
bool gic_bit(unsigned int reg,
	     unsigned int intid); /* read / set one bit of a 1-bit-per-interrupt register bank */
void gic_set(unsigned int reg, unsigned int intid);
void gic_prio(unsigned int intid, uint8_t prio);
void gic_edge(unsigned int intid, bool edge);
void gic_enable(unsigned int intid);
void gic_disable(unsigned int intid);
void gic_sgi(unsigned int intid, unsigned int cpu); /* SGI to one vCPU of the platform */
void gic_sgi_others(unsigned int intid);
void gic_forward(bool on);			      /* the distributor's enable bits */
void gic_route(unsigned int intid, unsigned int cpu); /* SPI to one vCPU of the platform */
void icc_enable(bool on);			      /* the CPU interface's group enable */
void icc_eoi_mode(bool split);			      /* EOImode: ending only drops the priority */
void irq_handle(unsigned int intid,
		void (*fn)(unsigned int intid)); /* called between acknowledge and EOI */
extern void (*irq_hook)(void); /* when set, replaces acknowledge, handler and EOI */
extern volatile uint64_t irq_count[MAX_CPUS];

/* --- event channels (2-level) --- */
extern struct xen_shared_info *shared_info;
long evtchn_init(void); /* map the shared info page; 0 or -errno */

#endif
