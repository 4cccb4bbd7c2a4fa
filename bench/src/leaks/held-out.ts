const HOMES = 30;
const HELD_OUT_HOMES = 10;

/**
 * Homes that nothing was tuned on, in every seed: the ten of the thirty numbers with the least (number + 1) × 2654435761 mod 2³²,
 * which are 01 04 06 09 12 14 17 22 25 27.
 */
export const HELD_OUT: ReadonlySet<string> = new Set(
  Array.from({ length: HOMES }, (_, no) => no)
    .sort((a, b) => hashOf(a) - hashOf(b))
    .slice(0, HELD_OUT_HOMES)
    .map((no) => String(no).padStart(2, "0")),
);
/** The district held out. */
export const HELD_OUT_DISTRICT = "DMA9";

/** The home or district of a series: `home-2-07` is home 07 with the second seed's events. */
export function placeOf(meter: string): string {
  return meter.slice(meter.lastIndexOf("-") + 1);
}

/** Whether a series is of a place that nothing was tuned on. */
export function isHeldOut(meter: string): boolean {
  const place = placeOf(meter);
  return HELD_OUT.has(place) || meter.endsWith(HELD_OUT_DISTRICT);
}

function hashOf(no: number): number {
  return Math.imul(no + 1, 2_654_435_761) >>> 0;
}
