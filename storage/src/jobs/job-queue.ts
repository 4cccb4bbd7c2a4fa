import { NightflowError } from "@nightflow/domain";
import type { Sql } from "../relational/database.ts";
import type { JobSchedule, ScheduleRequest } from "./job-schedule.ts";

/** What is asked for. `payload` is any JSON value; the handler checks its shape. */
export interface JobRequest {
  readonly queue: string;
  readonly payload: unknown;
  /** At most one job of a queue ever has this key: asking again gives the job that is there, done or not. */
  readonly dedupeKey?: string;
  /** Not before this instant of real time. */
  readonly runAt?: Date;
  /** Tries before the job is dead; default 8. */
  readonly maxAttempts?: number;
}

export type JobState = "waiting" | "running" | "done" | "dead";

/** How a job stands for those who look at it: one that somebody cancelled is kept as done, with the reason as its error. */
export type JobStanding = JobState | "cancelled";

export interface Job {
  readonly id: string;
  readonly queue: string;
  readonly payload: unknown;
  readonly dedupeKey: string | null;
  readonly state: JobState;
  /** Tries begun so far; in a handler, the number of this one from 1. */
  readonly attempts: number;
  readonly maxAttempts: number;
  readonly runAt: Date;
  /** 0 to 1, as the handler told it; null when it tells nothing. */
  readonly progress: number | null;
  readonly lastError: string | null;
  readonly createdAt: Date;
  readonly finishedAt: Date | null;
  /** The schedule that asked for the job, and its instant on the business clock; null for other jobs. */
  readonly scheduleKey: string | null;
  readonly fireAt: Date | null;
}

/** What a handler can do besides its work. */
export interface JobContext {
  /** Aborts when the job's lease is lost or the worker stops: the handler should end soon. */
  readonly signal: AbortSignal;
  /** Shows how far the work is, 0 to 1. */
  progress(share: number): Promise<void>;
  /**
   * Marks the job done in the handler's own transaction, so that its effect and its mark commit together: a job whose
   * effect is in the database never runs again, whatever is killed when.
   *
   * @throws {JobLeaseLostError} when somebody else has the job by now; the transaction must then roll back.
   */
  completeIn(tx: Sql): Promise<void>;
}

export type JobHandler = (job: Job, context: JobContext) => Promise<void>;

export interface WorkerOptions {
  readonly queue: string;
  readonly handler: JobHandler;
  /** Jobs at once in this worker; default 1. */
  readonly concurrency?: number;
  /** A job whose worker is silent this long is given to another; default 30 s, renewed at a third of it. */
  readonly leaseMs?: number;
  /** Longest wait for a job whose time has come, when the wake-up is lost; default 1 s. On Redis the relay's `pollMs` counts. */
  readonly pollMs?: number;
  readonly backOff?: BackOff;
}

/** Waits between tries: `firstMs`, doubled each time up to `longestMs`, each by a random share of 50 to 150 %. */
export interface BackOff {
  readonly firstMs: number;
  readonly longestMs: number;
}

/** A running worker. */
export interface JobWorker {
  /** Takes no more jobs, waits up to `graceMs` for those under way, then aborts them and gives them back. */
  stop(graceMs?: number): Promise<void>;
}

/** Which jobs; all conditions hold together. */
export interface JobFilter {
  readonly queue?: string | undefined;
  /** `done` are those that ended well: cancelled ones have a standing of their own. */
  readonly state?: JobStanding | undefined;
  readonly ids?: readonly string[] | undefined;
  /** A part of the last error, in whatever case. */
  readonly error?: string | undefined;
}

/** Which part of a list of jobs. */
export interface JobPage {
  /** Default 100. */
  readonly limit?: number | undefined;
  /** Those asked for before this one: the last of the page before. */
  readonly beforeId?: string | undefined;
}

/**
 * Work that is done after, and only if, the transaction that asks for it commits. Each job runs at least once, and its
 * effect exactly once where the handler uses `completeIn`.
 */
export interface JobQueue {
  /** Adds a job to the caller's transaction. `isNew` is false when a job with the same dedupe key was there. */
  enqueue(tx: Sql, request: JobRequest): Promise<{ readonly id: string; readonly isNew: boolean }>;
  /** Starts to work on a queue. While this process has a worker, it also fires schedules, and on Redis it relays. */
  startWorker(options: WorkerOptions): Promise<JobWorker>;
  /** Newest first. */
  list(filter?: JobFilter & JobPage): Promise<Job[]>;
  count(filter?: JobFilter): Promise<number>;
  /** Jobs that failed for good, newest first. */
  dead(queue?: string): Promise<Job[]>;
  find(id: string): Promise<Job | undefined>;
  /** Gives a dead job all its tries again; false when it is not dead. */
  retry(id: string): Promise<boolean>;
  /** In the caller's transaction, gives dead and cancelled jobs all their tries again; gives how many. */
  revive(tx: Sql, filter: JobFilter): Promise<number>;
  /**
   * In the caller's transaction, ends jobs that still wait, without a try; gives how many. A job that a worker has taken
   * goes on. `revive` takes it back.
   */
  cancel(tx: Sql, filter: JobFilter, why: string): Promise<number>;
  /** Forgets jobs done before an instant, but for those with a dedupe key; gives how many went. */
  forgetDone(before: Date): Promise<number>;
  /**
   * Keeps a schedule, in the caller's transaction; one that is there keeps its next instant unless expression or zone
   * change. Whoever runs workers fires it, each instant once among all processes.
   *
   * @throws {JobScheduleError} when the expression or the zone cannot be read.
   */
  schedule(tx: Sql, request: ScheduleRequest): Promise<void>;
  /** Ends a schedule; jobs it has asked for stay. False when there is none. */
  unschedule(tx: Sql, queue: string, key: string): Promise<boolean>;
  /** By queue and key. */
  schedules(queue?: string): Promise<JobSchedule[]>;
}

/** Another worker has taken the job over; what this one did must not count. */
export class JobLeaseLostError extends NightflowError {
  readonly code = "JOB_LEASE_LOST";
  readonly retriable = true;
}

/** A handler completed its job in a transaction that did not commit, and ended as if all were well. */
export class JobRolledBackError extends NightflowError {
  readonly code = "JOB_ROLLED_BACK";
  readonly retriable = true;
}
