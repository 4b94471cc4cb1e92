/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Start of a guest in C: reads the platform from the device tree, runs guest_main(), prints the
 * verdict. Also the options, checks, random numbers, delays, secondary vCPUs and the handful of
 * string functions that libfdt needs.
 */
#include <libfdt.h>
#include <stdarg.h>
#include "lib.h"

struct platform plat;
struct xen_shared_info *shared_info;
static unsigned int nr_checks, nr_failed;
static char first_failure[96];
static uint64_t rnd_state[MAX_CPUS];
static void (*secondary_fn[MAX_CPUS])(unsigned int cpu);
static uint64_t shared_page[512] __attribute__((aligned(4096)));
extern char secondary_start[];

void lib_main(const void *fdt);
void lib_secondary(unsigned int cpu);
void console_init(void);
void vprintf_(const char *f, va_list *ap);

/* --- device tree --- */

static uint64_t reg_cell(const void *fdt, int node, unsigned int nr, bool size)
{
	int parent = fdt_parent_offset(fdt, node), len;
	int ac = fdt_address_cells(fdt, parent), sc = fdt_size_cells(fdt, parent), n;
	const fdt32_t *p = fdt_getprop(fdt, node, "reg", &len);
	uint64_t v = 0;

	if (p == NULL || ac < 0 || sc < 0 || (int)(nr + 1) * (ac + sc) * 4 > len) {
		return 0;
	}
	p += (int)nr * (ac + sc) + (size ? ac : 0);
	for (n = size ? sc : ac; n > 0; n--) {
		v = v << 32 | fdt32_to_cpu(*p++);
	}
	return v;
}

static unsigned int irq_of(const void *fdt, int node)
{
	int len;
	const fdt32_t *p = fdt_getprop(fdt, node, "interrupts", &len);

	if (p == NULL || len < 12) {
		return 0;
	}
	return fdt32_to_cpu(p[1]) + (fdt32_to_cpu(p[0]) == 1 ? 16 : 32);
}

static void read_cpus(const void *fdt)
{
	int cpus = fdt_path_offset(fdt, "/cpus"), node;

	fdt_for_each_subnode(node, fdt, cpus) {
		const char *type = fdt_getprop(fdt, node, "device_type", NULL);

		if (type != NULL && strcmp(type, "cpu") == 0 && plat.nr_cpus < MAX_CPUS) {
			plat.mpidr[plat.nr_cpus++] = reg_cell(fdt, node, 0, false);
		}
	}
}

static void read_platform(const void *fdt)
{
	int node = fdt_node_offset_by_compatible(fdt, -1, "xen,xen");

	plat.bootargs = "";
	plat.xen = node >= 0;
	plat.evtchn_irq = plat.xen ? irq_of(fdt, node) : 0;
	node = fdt_path_offset(fdt, "/chosen");
	if (node >= 0 && fdt_getprop(fdt, node, "bootargs", NULL) != NULL) {
		plat.bootargs = fdt_getprop(fdt, node, "bootargs", NULL);
	}
	node = fdt_node_offset_by_compatible(fdt, -1, "arm,gic-v3");
	if (node >= 0) {
		plat.gicd = reg_cell(fdt, node, 0, false);
		plat.gicr = reg_cell(fdt, node, 1, false);
		plat.gicr_size = reg_cell(fdt, node, 1, true);
	}
	node = fdt_node_offset_by_compatible(fdt, -1, "arm,cortex-a15-gic");
	if (node >= 0) {
		plat.gicd = reg_cell(fdt, node, 0, false);
		plat.gicc = reg_cell(fdt, node, 1, false);
	}
	node = fdt_node_offset_by_compatible(fdt, -1, "arm,sbsa-uart");
	if (node < 0 && !plat.xen) {
		node = fdt_node_offset_by_compatible(fdt, -1, "arm,pl011");
	}
	if (node >= 0) {
		plat.uart = reg_cell(fdt, node, 0, false);
		plat.uart_irq = irq_of(fdt, node);
	}
	node = fdt_node_offset_by_compatible(fdt, -1, "arm,pl011");
	if (node >= 0 && reg_cell(fdt, node, 0, false) != plat.uart) {
		plat.serial = reg_cell(fdt, node, 0, false);
		plat.serial_irq = irq_of(fdt, node);
	}
	node = fdt_node_offset_by_prop_value(fdt, -1, "device_type", "memory", 7);
	if (node >= 0) {
		plat.ram_base = reg_cell(fdt, node, 0, false);
		plat.ram_size = reg_cell(fdt, node, 0, true);
	}
	node = fdt_node_offset_by_compatible(fdt, -1, "xen,shared-memory-v1");
	if (node >= 0) {
		plat.shm_base = reg_cell(fdt, node, 0, false);
		plat.shm_size = reg_cell(fdt, node, 0, true);
	}
	read_cpus(fdt);
}

void lib_main(const void *fdt)
{
	if (fdt_check_header(fdt) == 0) {
		read_platform(fdt);
	}
	console_init();
	for (unsigned int cpu = 0; cpu < MAX_CPUS; cpu++) {
		rnd_state[cpu] = (opt_u64("seed", 1) + cpu * 1000) * 0x9e3779b97f4a7c15ull + 1;
	}
	guest_main();
	finish();
}

/* --- options, random numbers, checks --- */

static const char *opt_find(const char *name)
{
	size_t n = strlen(name);

	for (const char *s = plat.bootargs; *s != '\0'; s++) {
		if ((s == plat.bootargs || s[-1] == ' ') && strncmp(s, name, n) == 0 &&
		    s[n] == '=') {
			return s + n + 1;
		}
	}
	return NULL;
}

uint64_t opt_u64(const char *name, uint64_t def)
{
	const char *s = opt_find(name);
	uint64_t v = 0;
	unsigned int base = 10, digit;

	if (s == NULL) {
		return def;
	}
	if (s[0] == '0' && s[1] == 'x') {
		base = 16;
		s += 2;
	}
	for (; *s != '\0' && *s != ' '; s++) {
		digit = (unsigned int)(*s <= '9' ? *s - '0' : (*s | 0x20) - 'a' + 10);
		v = v * base + digit;
	}
	return v;
}

bool opt_is(const char *name, const char *value)
{
	const char *s = opt_find(name);
	size_t n = strlen(value);

	return s != NULL && strncmp(s, value, n) == 0 && (s[n] == '\0' || s[n] == ' ');
}

uint64_t rnd(void)
{
	uint64_t *s = &rnd_state[cpu_id()];

	*s ^= *s >> 12;
	*s ^= *s << 25;
	*s ^= *s >> 27;
	return *s * 0x2545f4914f6cdd1dull;
}

void check(bool ok, const char *fmt, ...)
{
	va_list ap;

	printf("%s %u - ", ok ? "ok" : "not ok", ++nr_checks);
	va_start(ap, fmt);
	vprintf_(fmt, &ap);
	va_end(ap);
	printf("\n");
	if (!ok && nr_failed++ == 0) {
		strncpy(first_failure, fmt, sizeof(first_failure) - 1);
	}
}

bool strict(void)
{
	return opt_u64("strict", 1) != 0;
}

bool all_ok(void)
{
	return nr_failed == 0;
}

void finish(void)
{
	if (nr_failed == 0) {
		printf("PASS %s\n", guest_name);
	} else {
		printf("FAIL %s: %u of %u checks\n", guest_name, nr_failed, nr_checks);
	}
	power_off();
}

void power_off(void)
{
	uint32_t reason = SHUTDOWN_poweroff;

	if (plat.xen) {
		xen_call(XEN_SCHED_OP, SCHEDOP_shutdown, (uint64_t)&reason, 0, 0);
	}
	smccc_call(PSCI_SYSTEM_OFF, 0, 0, 0);
	for (;;) {
		wfi();
	}
}

/* --- vCPUs and time --- */

void lib_secondary(unsigned int cpu)
{
	secondary_fn[cpu](cpu);
	psci_off();
}

long cpu_start(unsigned int cpu, void (*fn)(unsigned int cpu))
{
	secondary_fn[cpu] = fn;
	dsb();
	return smccc_call(PSCI_CPU_ON, plat.mpidr[cpu], (uint64_t)secondary_start, cpu);
}

long psci_off(void)
{
	return smccc_call(PSCI_CPU_OFF, 0, 0, 0);
}

void barrier_wait(volatile uint32_t *counter, uint32_t target)
{
	__atomic_add_fetch(counter, 1, __ATOMIC_SEQ_CST);
	while (__atomic_load_n(counter, __ATOMIC_ACQUIRE) < target) {}
}

void delay_us(uint64_t us)
{
	uint64_t end = ticks() + us_to_ticks(us);

	while (ticks() < end) {}
}

long evtchn_init(void)
{
	struct xen_add_to_physmap x = { .domid = DOMID_SELF,
					.space = XENMAPSPACE_shared_info,
					.gpfn = (uint64_t)shared_page >> 12 };
	long rc = xen_call(XEN_MEMORY_OP, XENMEM_add_to_physmap, (uint64_t)&x, 0, 0);

	if (rc == 0) {
		shared_info = (struct xen_shared_info *)shared_page;
	}
	return rc;
}
