export * from "./backup/index.ts";
export * from "./files/index.ts";
export * from "./jobs/index.ts";
export * from "./ports.ts";
export * from "./readings/index.ts";
export { type KeptRevocation, mergeRevocations } from "./relational/enrolment-feed.ts";
export * from "./relational/index.ts";
export { BATCH_ATTRIBUTE, contextOf, isTracing, type StageOptions, startStage, traced } from "./tracing.ts";
