export { type DayPoint, dayBarsChart, hourProfileChart, type ProfilePoint } from "./charts/days.ts";
export { type EvidenceInput, type EvidencePoint, evidenceChart } from "./charts/evidence.ts";
export type { ChartOption } from "./charts/frame.ts";
export { type NightPoint, nightFlowChart } from "./charts/night-flow.ts";
export { PALETTE, toDark } from "./charts/palette.ts";
export { type CurvePoint, type UsageCurveInput, usageCurveChart } from "./charts/usage-curve.ts";
export * from "./format.ts";
export { usageReportCsv } from "./usage-report/csv.ts";
export { usageReportHtml } from "./usage-report/html.ts";
