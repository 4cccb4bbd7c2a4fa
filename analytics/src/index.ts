export * from "./config.ts";
export * from "./engine.ts";
export * from "./pure.ts";
export * from "./replay.ts";
export { SnapshotError } from "./snapshot.ts";
