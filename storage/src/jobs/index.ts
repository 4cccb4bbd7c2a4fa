export * from "./job-queue.ts";
export { createJobQueue } from "./pg-job-queue.ts";
