export * from "./fault-rounds.ts";
export * from "./peers.ts";
export * from "./postgres.ts";
export * from "./reading-samples.ts";
export * from "./redis.ts";
