/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ranks of all spinlocks, outermost first. A CPU may take a lock only while every lock it holds has
 * a lower rank; of two locks of the same rank (two domains) the one of the lower domain id comes
 * first and the second is taken with spin_lock_second(). docs/locking.md is the same table with
 * what each lock protects; debug builds check the order on every acquisition.
 */
#ifndef HV_LOCK_RANKS_H
#define HV_LOCK_RANKS_H

enum lock_rank {
	LOCK_RANK_CONTROL = 1, /* one control operation (domctl/sysctl) at a time */
	LOCK_RANK_DOMAIN_LIST, /* table of domains */
	LOCK_RANK_DOMAIN,      /* life cycle of one domain */
	LOCK_RANK_GRANT,       /* grant table of one domain */
	LOCK_RANK_EVTCHN,      /* event channels of one domain */
	LOCK_RANK_DOM_CONSOLE, /* console rings of one domain */
	LOCK_RANK_STAGE2,      /* stage-2 tables of one domain */
	LOCK_RANK_VGIC,	       /* virtual interrupts of one domain */
	LOCK_RANK_SCHED_POOL,  /* pools of CPUs, their members and reservations */
	LOCK_RANK_SCHED_GROUP, /* units and parameters of one domain */
	LOCK_RANK_SCHED,       /* run queue of one physical CPU */
	LOCK_RANK_TIMER,       /* timers of one physical CPU */
	LOCK_RANK_IRQ,	       /* table of physical interrupts */
	LOCK_RANK_FRAME,       /* frame allocator */
	LOCK_RANK_HEAP,	       /* slabs and hypervisor heap */
	LOCK_RANK_CONSOLE,     /* log ring and UART: a leaf, printk works under every lock */
	LOCK_RANK_COUNT
};

#endif
