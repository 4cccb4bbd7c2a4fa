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

/** Lines across a bar: part of what it stands for is missing or estimated. */
export const HATCH = {
  symbol: "rect",
  dashArrayX: [1, 0],
  dashArrayY: [2, 4],
  rotation: -Math.PI / 4,
  color: "rgba(255,255,255,0.7)",
};

/** The same colours for dark pages, lighter where contrast asks for it. */
const DARK: Readonly<Record<keyof typeof PALETTE, string>> = {
  actual: "#5aa9e6",
  previous: "#d6b656",
  expected: "#4cc9a0",
  band: "rgba(76, 201, 160, 0.22)",
  floor: "#d59ade",
  estimated: "#f0a35e",
  alarm: "#ff8a80",
  grid: "rgba(160, 170, 180, 0.22)",
  text: "#b4bcc6",
};

const DARK_OF: ReadonlyMap<string, string> = new Map(
  (Object.keys(PALETTE) as (keyof typeof PALETTE)[]).map((name) => [PALETTE[name], DARK[name]]),
);

/** A chart for a dark page: the same in everything but the palette. */
export function toDark<Part>(part: Part): Part {
  if (typeof part === "string") return (DARK_OF.get(part) ?? part) as Part;
  if (typeof part !== "object" || part === null) return part;
  if (Array.isArray(part)) return (typeof part[0] === "number" ? part : part.map(toDark)) as Part;
  return Object.fromEntries(Object.entries(part).map(([key, value]) => [key, toDark(value)])) as Part;
}
