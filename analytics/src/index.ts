export * from "./config.ts";
export * from "./derived/index.ts";
export * from "./engine.ts";
export { explainReplay } from "./explain-replay.ts";
export { analyticsFamilies, type FeedLag, LagMeter } from "./metric-families.ts";
export { type PreviewWorkerDeps, startPreviewWorker } from "./preview/worker.ts";
export * from "./pure.ts";
export * from "./replay.ts";
export { ANOMALY_CLEARED_QUEUE, type NoTicketReason, OPEN_TICKET_QUEUE } from "./runner/anomaly-writer.ts";
export { type Analytics, type AnalyticsDeps, type AnalyticsStats, startAnalytics } from "./runner/runner.ts";
export { resplit, ShardPlanError, settleShards } from "./runner/shard-plan.ts";
export {
  loadSnapshot,
  type PutPieces,
  pointTo,
  putPieces,
  type SavedSnapshot,
  type Snapshot,
} from "./runner/snapshot-store.ts";
export { SnapshotError } from "./snapshot.ts";
