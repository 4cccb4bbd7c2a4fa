/** A step of the scale: money per day from which it begins. Null: what a district loses is not known. */
export interface LossStep {
  readonly fromPerDay: number;
  readonly light: string;
  readonly dark: string;
}

/**
 * The one scale of loss, pale to strong; neighbours differ in lightness too, so that it reads in grey. Red is its last
 * step alone, where an alarm is critical.
 */
export const LOSS_SCALE: readonly LossStep[] = [
  { fromPerDay: 0, light: "#dbe7f0", dark: "#22364a" },
  { fromPerDay: 5, light: "#fbe3a9", dark: "#6b5a22" },
  { fromPerDay: 50, light: "#f5b961", dark: "#a5701f" },
  { fromPerDay: 200, light: "#de7f35", dark: "#d58a3c" },
  { fromPerDay: 500, light: "#a91d17", dark: "#ff7f76" },
];

const UNKNOWN = { light: "#c9ced4", dark: "#3a424b" } as const;

/** The colour of a loss. */
export function lossColor(perDay: number | null, theme: "light" | "dark"): string {
  if (perDay === null) return UNKNOWN[theme];
  return (LOSS_SCALE.findLast((step) => perDay >= step.fromPerDay) ?? UNKNOWN)[theme];
}
