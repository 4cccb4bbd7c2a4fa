import { describeError } from "@nightflow/domain";
import { CronExpressionParser } from "cron-parser";
import { JobScheduleError, type ScheduleRequest } from "./job-schedule.ts";

/** The part of a schedule that says when. */
export type FirePlan = Pick<ScheduleRequest, "queue" | "key" | "cron" | "timeZone">;

const FIELDS = /^\s*(@[a-z]+|(\S+\s+){4,5}\S+)\s*$/;
// Where an hour comes twice or not at all, going back and going forward disagree by one instant.
const STEPS_BACK = 3;

/**
 * The first instant of a plan after another, epoch ms. An hour that the clock skips fires at the instant that follows it; an
 * hour that comes twice fires once for a plan of fixed hours, each time for one of every hour.
 *
 * @throws {JobScheduleError} when the expression or the zone cannot be read.
 */
export function nextFireMs(plan: FirePlan, afterMs: number): number {
  return read(plan, afterMs).next().getTime();
}

/** The last instant of a plan in [firstMs, nowMs], where firstMs is one of its instants. */
export function latestFireMs(plan: FirePlan, firstMs: number, nowMs: number): number {
  let latestMs = Math.max(firstMs, aFewBackMs(plan, nowMs));
  for (let nextMs = nextFireMs(plan, latestMs - 1); nextMs <= nowMs; nextMs = nextFireMs(plan, nextMs))
    latestMs = nextMs;
  return latestMs;
}

function aFewBackMs(plan: FirePlan, nowMs: number): number {
  const backwards = read(plan, nowMs + 1);
  let atMs = nowMs;
  for (let step = 0; step < STEPS_BACK; step++) atMs = backwards.prev().getTime();
  return atMs;
}

function read({ queue, key, cron, timeZone }: FirePlan, atMs: number) {
  if (!FIELDS.test(cron)) throw refusal(cron, "it needs five fields, six with seconds, or a name such as @daily");
  checkZone(cron, timeZone);
  try {
    const options = { currentDate: new Date(atMs), tz: timeZone, hashSeed: `${queue}/${key}` };
    return CronExpressionParser.parse(cron, options);
  } catch (cause) {
    throw refusal(cron, describeError(cause), cause);
  }
}

function checkZone(cron: string, timeZone: string): void {
  try {
    new Intl.DateTimeFormat("en", { timeZone });
  } catch (cause) {
    throw refusal(cron, `"${timeZone}" is no time zone`, cause);
  }
}

function refusal(cron: string, why: string, cause?: unknown): JobScheduleError {
  return new JobScheduleError(`the schedule "${cron}" cannot be read: ${why}`, cause === undefined ? {} : { cause });
}
