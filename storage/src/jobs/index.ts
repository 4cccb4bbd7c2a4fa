export { createJobQueue, type JobQueueOptions, startJobRelay } from "./create-job-queue.ts";
export { jobCensus, type QueueCensus } from "./job-census.ts";
export * from "./job-queue.ts";
export { jobStanding } from "./job-rows.ts";
export * from "./job-schedule.ts";
export type { RelayDeps, RelayOptions } from "./redis/job-relay.ts";
export type { RunningPart } from "./shared-parts.ts";
