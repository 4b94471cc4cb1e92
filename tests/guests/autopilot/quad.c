/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A small quadcopter and its controller, in single precision. Physics: a rigid body with four ideal
 * motors behind a first-order lag, drag, and gusts; it goes on while the controller is kept from
 * running, with the last commands to the motors. Control: PID for altitude, roll, pitch and yaw at
 * 1 kHz; position and flight plan at 50 Hz. The plan is a function of time alone, so that being
 * late shows as distance from it. Angles stay small, so sine and cosine are short polynomials; yaw
 * is held at zero, so the axes of the aircraft are those of the world. Units: m, s, rad, kg.
 */
#include "autopilot.h"

#define DT	  0.001f
#define MASS	  1.2f
#define GRAVITY	  9.81f
#define INERTIA	  0.012f
#define DRAG	  0.25f
#define LAG	  0.05f /* motors follow commands by this share per step */
#define ROLL	  0
#define PITCH	  1
#define SINE(a)	  ((a) - (a) * (a) * (a) / 6)
#define COSINE(a) (1 - (a) * (a) / 2)

static const float plan[][3] = {
	{ 0, 0, 5 }, { 8, 0, 10 }, { 8, 8, 12 }, { 0, 8, 8 }, { 0, 0, 3 }
};
#define NR_WAYPOINTS (sizeof(plan) / sizeof(plan[0]))
#define LEG_MS	     4000 /* from one to the next */

static struct pid {
	float kp, ki, kd, limit, sum;
} pid_alt = { 6, 1.5f, 5, 8, 0 },
  pid_att[3] = { { 40, 4, 3.6f, 30, 0 }, { 40, 4, 3.6f, 30, 0 }, { 4, 0.5f, 1.2f, 4, 0 } };
struct quad quad;
static float want_angle[3], want_climb, command[4]; /* to the motors */

static float clamp(float v, float limit)
{
	return v > limit ? limit : v < -limit ? -limit : v;
}

static float gust(void)
{
	static uint32_t noise = 12345;

	noise = noise * 1664525 + 1013904223;
	return (float)(int32_t)noise / 2147483648.0f;
}

static float pid_run(struct pid *p, float error, float speed, float dt)
{
	p->sum = clamp(p->sum + error * p->ki * dt, p->limit / 2);
	return clamp(p->kp * error + p->sum - p->kd * speed, p->limit);
}

static void control(float dt)
{
	const struct quad *q = &quad;
	float climb = pid_run(&pid_alt, q->plan[2] - q->pos[2], q->vel[2] - want_climb, dt);

	command[0] = MASS * (GRAVITY + climb) / (COSINE(q->angle[ROLL]) * COSINE(q->angle[PITCH]));
	for (int i = 0; i < 3; i++) {
		command[i + 1] = pid_run(&pid_att[i], want_angle[i] - q->angle[i], q->rate[i], dt);
	}
}

/* One millisecond. */
static void physics(void)
{
	struct quad *q = &quad;
	float a = q->motor[0] / MASS;
	float push[3] = { a * SINE(q->angle[PITCH]), a * SINE(q->angle[ROLL]),
			  a * COSINE(q->angle[PITCH]) * COSINE(q->angle[ROLL]) - GRAVITY };

	for (int i = 0; i < 4; i++) {
		q->motor[i] += LAG * (command[i] - q->motor[i]);
	}
	for (int i = 0; i < 3; i++) {
		q->vel[i] += (push[i] - DRAG * q->vel[i] + 0.8f * gust()) * DT;
		q->pos[i] += q->vel[i] * DT;
		q->rate[i] += (q->motor[i + 1] + 0.1f * gust()) / INERTIA * DT * 0.1f;
		q->angle[i] += q->rate[i] * DT;
	}
	if (q->pos[2] < 0) { /* on the ground */
		q->pos[2] = q->vel[2] = 0;
	}
}

void quad_step(void)
{
	static uint64_t last;
	uint64_t now = sched_ms;

	control(clamp((float)(now - last) * DT, 0.1f));
	for (; last < now; last++) {
		physics();
	}
}

/* From standstill to standstill in each leg: where the plan is, its speed and the push it takes. */
void quad_navigate(void)
{
	struct quad *q = &quad;
	uint64_t ms = sched_ms, leg = ms / LEG_MS;
	const float *from = plan[(leg + NR_WAYPOINTS - 1) % NR_WAYPOINTS],
		    *to = plan[leg % NR_WAYPOINTS];
	float t = (float)(ms % LEG_MS) / LEG_MS, length = LEG_MS * DT, speed[3], push[3];

	for (int i = 0; i < 3; i++) {
		float start = leg == 0 ? 0 : from[i], way = to[i] - start;

		q->plan[i] = start + way * t * t * (3 - 2 * t);
		speed[i] = way * 6 * t * (1 - t) / length;
		push[i] = way * 6 * (1 - 2 * t) / (length * length) + DRAG * speed[i];
		push[i] += 2.5f * (q->plan[i] - q->pos[i]) + 3 * (speed[i] - q->vel[i]);
		push[i] = clamp(push[i], 5);
	}
	q->leg = leg;
	want_climb = speed[2];
	want_angle[ROLL] = push[1] / GRAVITY;
	want_angle[PITCH] = push[0] / GRAVITY;
}
