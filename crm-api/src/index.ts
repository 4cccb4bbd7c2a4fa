export { createFirstAdminLink, type FirstAdminLink, firstAdminUrl } from "./access/first-admin.ts";
export { PERMISSIONS, type Permission, type PermissionRisk, permissionsOf } from "./access/permissions.ts";
export { listVersions } from "./agent-config/lists.ts";
export {
  AGENT_CONFIG_CHANNEL,
  type AgentName,
  checkConfigOf,
  configOf,
  loadVersion,
  newestVersion,
  saveVersion,
} from "./agent-config/versions.ts";
export { type RunningApi, type StartApiDeps, startApi } from "./api.ts";
export { buildApp } from "./app.ts";
export { ApiConfig } from "./config.ts";
export type { ApiDeps, HeadEndHealth, ReportRenderer } from "./deps.ts";
export type { CertificateSigner, EnrolmentDesk } from "./enrolment/desk.ts";
export { startFieldDesk } from "./field-line/desk.ts";
export type { FieldLine, FieldMessage } from "./field-line/field-line.ts";
export { ApiMetrics } from "./http/api-metrics.ts";
export { openApiDocument } from "./openapi.ts";
export { USAGE_REPORT_QUEUE } from "./reports/order.ts";
export { businessFamilies } from "./system/business-metrics.ts";
export { ANOMALY_CLEARED_QUEUE } from "./workers/anomaly-cleared.ts";
export { OPEN_TICKET_QUEUE } from "./workers/open-ticket.ts";
export { startWorkers, type Workers, type WorkersDeps } from "./workers/start.ts";
