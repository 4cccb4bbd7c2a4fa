export * from "./job-queue.ts";
export { openJobQueue } from "./pg-job-queue.ts";
