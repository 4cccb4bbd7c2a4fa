export * from "./pure/local-time.ts";
export * from "./pure/usage-report.ts";
