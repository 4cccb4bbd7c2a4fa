import { NightflowError } from "@nightflow/domain";

/**
 * What becomes of instants that passed while no process ran, or faster than one looked: `latest` fires once, for the
 * last of them, and moves a job of the schedule that still waits to that instant instead of adding another; `each` fires
 * for every one, oldest first.
 */
export type MissedFires = "latest" | "each";

/** Work by the calendar. */
export interface ScheduleRequest {
  readonly queue: string;
  /** Names the schedule within its queue; asking again with the same key changes it. */
  readonly key: string;
  /**
   * Minute, hour, day of month, month, day of week; with a sixth field in front, seconds; or `@daily` and the like. `L` is
   * the last day, `1#2` the second Monday, `H` a minute or hour fixed by queue and key.
   */
  readonly cron: string;
  /** IANA zone in which the expression is read, such as Asia/Shanghai. */
  readonly timeZone: string;
  readonly payload: unknown;
  /** Tries of each job before it is dead; default 8. */
  readonly maxAttempts?: number;
  /** Default `latest`. */
  readonly missed?: MissedFires;
}

/** A schedule as it is kept. Its instants are those of the business clock. */
export interface JobSchedule extends Required<ScheduleRequest> {
  readonly nextFireAt: Date | null;
  readonly lastFireAt: Date | null;
  /** Why the schedule no longer fires; null while it does. */
  readonly fault: string | null;
}

/** A schedule whose expression or time zone cannot be read. */
export class JobScheduleError extends NightflowError {
  readonly code = "JOB_SCHEDULE_INVALID";
  readonly retriable = false;
}
