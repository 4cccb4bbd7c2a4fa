export { DerivedConfig } from "./config.ts";
export { type DerivedDeps, type DerivedSeries, type DerivedStats, startDerivedSeries } from "./runner.ts";
