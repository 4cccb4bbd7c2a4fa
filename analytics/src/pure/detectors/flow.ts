/** One interval of a meter as detectors see it. */
export interface Flow {
  readonly startMs: number;
  readonly endMs: number;
  readonly litres: number;
  /** Only good intervals raise or clear anything; estimated, suspect and missing ones are unknown to a detector. */
  readonly isGood: boolean;
}

/** What a step of a detector did to its finding. */
export type Step = "open" | "hold" | "clear" | "none";

/** Readings younger than this since a meter's first teach a detector and raise nothing, in hours. */
export const WARM_UP_HOURS = 14 * 24;
