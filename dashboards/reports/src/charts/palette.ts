/**
 * Colours of every chart: Okabe and Ito's colour-blind safe set, darkened where text contrast asks for it. Red is for
 * "act now" alone. Shapes (dash, hatch, symbol) carry the same meaning, so that a grey print still reads.
 */
export const PALETTE = {
  actual: "#0b62a8",
  previous: "#8a6d00",
  expected: "#00795a",
  band: "rgba(0, 121, 90, 0.16)",
  floor: "#8f3f97",
  estimated: "#b25b00",
  alarm: "#c81e1e",
  grid: "rgba(128, 128, 128, 0.25)",
  text: "#6b7280",
} as const;
