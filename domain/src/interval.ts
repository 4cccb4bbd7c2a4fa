import type { Flag } from "./quality.ts";

/** Quality of an interval: raw qualities plus what VEE may make of them (DOMAIN 3.3). */
export type IntervalQuality = "good" | "estimated" | "edited" | "suspect" | "missing" | "invalid";

/**
 * Consumption over [startMs, endMs), the difference of two readings of one register.
 *
 * A missing interval has no volume by type. Volumes are counts of the channel's resolution.
 */
export type Interval =
  | {
      readonly quality: Exclude<IntervalQuality, "missing">;
      readonly startMs: number;
      readonly endMs: number;
      readonly volumeCounts: number;
      readonly flags: readonly Flag[];
      readonly version: number;
    }
  | {
      readonly quality: "missing";
      readonly startMs: number;
      readonly endMs: number;
      readonly flags: readonly Flag[];
      readonly version: number;
    };
