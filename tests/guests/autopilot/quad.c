/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A small quadcopter and its controller, in single precision. Physics: a rigid body with four ideal
 * motors behind a first-order lag, drag, and gusts. Control: PID for altitude, roll, pitch and yaw
 * at 1 kHz; position and flight plan at 50 Hz. Angles stay small, so sine and cosine are short
 * polynomials. Units: m, s, rad, kg.
 */
#include "autopilot.h"

#define DT	0.001f
#define MASS	1.2f
#define GRAVITY 9.81f
#define INERTIA 0.012f
#define DRAG	0.25f
#define LAG	0.05f /* motors follow commands by this share per step */
#define ROLL	0
#define PITCH	1
#define YAW	2

struct pid {
	float kp, ki, kd, limit, sum;
};
struct waypoint {
	float x, y, z, yaw;
	unsigned int hold; /* in 1/50 s, once reached */
};

static const struct waypoint plan[] = {
	{ 0, 0, 5, 0, 50 },    { 8, 0, 10, 0.3f, 50 }, { 8, 8, 12, -0.3f, 50 },
	{ 0, 8, 8, 0.2f, 50 }, { 0, 0, 3, 0, 50 },
};
#define NR_WAYPOINTS (sizeof(plan) / sizeof(plan[0]))

static struct pid pid_alt = { 6, 1.5f, 5, 8, 0 };
static struct pid pid_att[3] = {
	{ 1.6f, 0.4f, 0.28f, 2, 0 },
	{ 1.6f, 0.4f, 0.28f, 2, 0 },
	{ 0.8f, 0.1f, 0.25f, 1, 0 },
};
struct quad quad;
static float want_angle[3], want_alt;
static unsigned int held;
static uint32_t noise = 12345;

static float clamp(float v, float limit)
{
	return v > limit ? limit : v < -limit ? -limit : v;
}

static float sine(float a)
{
	return a * (1 - a * a / 6 * (1 - a * a / 20));
}

static float cosine(float a)
{
	return 1 - a * a / 2 * (1 - a * a / 12);
}

static float gust(void)
{
	noise = noise * 1664525 + 1013904223;
	return (float)(int32_t)noise / 2147483648.0f;
}

static float pid_run(struct pid *p, float error, float speed)
{
	p->sum = clamp(p->sum + error * p->ki * DT, p->limit / 2);
	return clamp(p->kp * error + p->sum - p->kd * speed, p->limit);
}

static void control(void)
{
	struct quad *q = &quad;
	float lift = MASS * (GRAVITY + pid_run(&pid_alt, want_alt - q->pos[2], q->vel[2]));

	q->thrust += LAG * (lift / (cosine(q->angle[ROLL]) * cosine(q->angle[PITCH])) - q->thrust);
	q->thrust = q->thrust < 0 ? 0 : q->thrust;
	for (int i = 0; i < 3; i++) {
		q->torque[i] +=
			LAG * (pid_run(&pid_att[i], want_angle[i] - q->angle[i], q->rate[i]) -
			       q->torque[i]);
	}
}

static void physics(void)
{
	struct quad *q = &quad;
	float a = q->thrust / MASS, forward = a * sine(q->angle[PITCH]),
	      right = a * sine(q->angle[ROLL]);
	float c = cosine(q->angle[YAW]), s = sine(q->angle[YAW]);
	float force[3] = { forward * c - right * s, forward * s + right * c,
			   a * cosine(q->angle[ROLL]) * cosine(q->angle[PITCH]) - GRAVITY };

	for (int i = 0; i < 3; i++) {
		q->vel[i] += (force[i] - DRAG * q->vel[i] + 0.8f * gust()) * DT;
		q->pos[i] += q->vel[i] * DT;
		q->rate[i] += (q->torque[i] + 0.1f * gust()) / INERTIA * DT * 0.1f;
		q->angle[i] += q->rate[i] * DT;
	}
	if (q->pos[2] < 0) { /* on the ground */
		q->pos[2] = q->vel[2] = 0;
	}
}

void quad_step(void)
{
	control();
	physics();
}

void quad_navigate(void)
{
	struct quad *q = &quad;
	const struct waypoint *w = &plan[q->waypoint];
	float ex = w->x - q->pos[0], ey = w->y - q->pos[1], c = cosine(q->angle[YAW]),
	      s = sine(q->angle[YAW]);
	float ax = clamp(0.6f * clamp(ex, 4) - 1.1f * q->vel[0], 2),
	      ay = clamp(0.6f * clamp(ey, 4) - 1.1f * q->vel[1], 2);

	want_alt += clamp(w->z - want_alt, 0.04f); /* climb and sink with 2 m/s at most */
	want_angle[PITCH] = (ax * c + ay * s) / GRAVITY;
	want_angle[ROLL] = (ay * c - ax * s) / GRAVITY;
	want_angle[YAW] = w->yaw;
	if (ex * ex + ey * ey + (w->z - q->pos[2]) * (w->z - q->pos[2]) < 0.25f &&
	    ++held > w->hold) {
		held = 0;
		q->waypoint = (q->waypoint + 1) % NR_WAYPOINTS;
		q->laps += q->waypoint == 0;
	}
}
