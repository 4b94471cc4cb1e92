/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Between the two files of event_channel_op: op_event_channel.c has its table, op_event_peers.c
 * what an image may do without. Nobody else includes this.
 */
#ifndef GUEST_OP_EVENT_H
#define GUEST_OP_EVENT_H

struct domain;

/* What the next port of d needs is allocated in a step of its own; -ERESTART: come again. */
int op_event_prepare(struct domain *d);

/* Commands, as rows of hv/call.h have them. */
int op_event_alloc_unbound(struct domain *d, void *arg);
int op_event_bind_interdomain(struct domain *remote, void *arg);

#endif
