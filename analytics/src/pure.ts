export * from "./pure/finding.ts";
export * from "./pure/intervals.ts";
export * from "./pure/local-time.ts";
export * from "./pure/registry.ts";
export * from "./pure/statistics.ts";
export * from "./pure/usage-build.ts";
export * from "./pure/usage-report.ts";
export * from "./pure/vee/index.ts";
