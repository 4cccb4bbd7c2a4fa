export { OperateConfig, type TracingConfig } from "./config.ts";
export { type OperatedRoom, type OperateRoomDeps, operateRoom, operateThread } from "./room.ts";
export { type OperateServer, serveOperate } from "./server.ts";
export { heartbeatWill } from "./signs/heartbeat.ts";
export { startTracing, type Tracing } from "./tracing.ts";
export { type OperatedUp, operateUp } from "./up.ts";
export { mergeViews, type OperateView } from "./view.ts";
