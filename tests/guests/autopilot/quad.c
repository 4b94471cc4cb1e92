/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A small quadcopter and its controller, in single precision. Physics: a rigid body with four ideal
 * motors behind a first-order lag, drag, and gusts; it goes on while the controller is kept from
 * running, with the last commands to the motors. Control: PID for altitude, roll, pitch and yaw at
 * 1 kHz; position and flight plan at 50 Hz. The plan is a function of time alone, so that being
 * late shows as distance from it. Angles stay small, so sine and cosine are short polynomials.
 * Units: m, s, rad, kg.
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
	float at[3], yaw;
};

static const struct waypoint plan[] = {
	{ { 0, 0, 5 }, 0 },    { { 8, 0, 10 }, 0.3f }, { { 8, 8, 12 }, -0.3f },
	{ { 0, 8, 8 }, 0.2f }, { { 0, 0, 3 }, 0 },
};
#define NR_WAYPOINTS (sizeof(plan) / sizeof(plan[0]))
#define LEG_MS	     4000 /* from one to the next */

static struct pid pid_alt = { 6, 1.5f, 5, 8, 0 };
static struct pid pid_att[3] = {
	{ 40, 4, 3.6f, 30, 0 },
	{ 40, 4, 3.6f, 30, 0 },
	{ 4, 0.5f, 1.2f, 4, 0 },
};
struct quad quad;
static float want_angle[3], want_climb, command[4]; /* command: thrust, torques */
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

static float pid_run(struct pid *p, float error, float speed, float dt)
{
	p->sum = clamp(p->sum + error * p->ki * dt, p->limit / 2);
	return clamp(p->kp * error + p->sum - p->kd * speed, p->limit);
}

static void control(float dt)
{
	struct quad *q = &quad;
	float lift = MASS * (GRAVITY +
			     pid_run(&pid_alt, q->plan[2] - q->pos[2], q->vel[2] - want_climb, dt));

	command[0] = lift / (cosine(q->angle[ROLL]) * cosine(q->angle[PITCH]));
	for (int i = 0; i < 3; i++) {
		command[i + 1] = pid_run(&pid_att[i], want_angle[i] - q->angle[i], q->rate[i], dt);
	}
}

static void motors(void)
{
	struct quad *q = &quad;

	q->thrust += LAG * (command[0] - q->thrust);
	q->thrust = q->thrust < 0 ? 0 : q->thrust;
	for (int i = 0; i < 3; i++) {
		q->torque[i] += LAG * (command[i + 1] - q->torque[i]);
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
	static uint64_t last;
	uint64_t now = sched_ms();

	control(clamp((float)(now - last) * DT, 0.1f));
	for (; last < now; last++) {
		motors();
		physics();
	}
}

/* Where the plan is after `ms`, its speed and the push it takes: from standstill to standstill. */
static void follow_plan(uint64_t ms, float speed[3], float push[3])
{
	struct quad *q = &quad;
	uint64_t leg = ms / LEG_MS;
	const struct waypoint *from = &plan[(leg + NR_WAYPOINTS - 1) % NR_WAYPOINTS],
			      *to = &plan[leg % NR_WAYPOINTS];
	float t = (float)(ms % LEG_MS) / LEG_MS, share = t * t * (3 - 2 * t);
	float rate = 6 * t * (1 - t) / (LEG_MS * DT),
	      change = 6 * (1 - 2 * t) / (LEG_MS * DT * LEG_MS * DT);
	static const float ground[3];

	for (int i = 0; i < 3; i++) {
		float start = leg == 0 ? ground[i] : from->at[i];

		q->plan[i] = start + share * (to->at[i] - start);
		speed[i] = rate * (to->at[i] - start);
		push[i] = change * (to->at[i] - start) + DRAG * speed[i];
	}
	q->waypoint = leg % NR_WAYPOINTS;
	q->laps = (unsigned int)(leg / NR_WAYPOINTS);
	want_angle[YAW] = to->yaw;
}

void quad_navigate(void)
{
	struct quad *q = &quad;
	float speed[3], push[3], c = cosine(q->angle[YAW]), s = sine(q->angle[YAW]);
	float ax, ay;

	follow_plan(sched_ms(), speed, push);
	ax = clamp(push[0] + 2.5f * (q->plan[0] - q->pos[0]) + 3 * (speed[0] - q->vel[0]), 5);
	ay = clamp(push[1] + 2.5f * (q->plan[1] - q->pos[1]) + 3 * (speed[1] - q->vel[1]), 5);
	want_climb = speed[2];
	want_angle[PITCH] = (ax * c + ay * s) / GRAVITY;
	want_angle[ROLL] = (ay * c - ax * s) / GRAVITY;
}
