import { pause } from "./eventually.ts";

/** Between two kills of a line: long enough for batches to be on their way, short enough to hit start-ups too. */
const SHORTEST_LIFE_MS = 200;
const SPREAD_MS = 1300;

/** Something that falls and is started again, and how long all lives before it. */
export interface Fall {
  readonly killAndStart: () => Promise<void>;
  readonly afterMs: number;
}

/** Each of some falls `times` times, in an order and at moments that `random` gives. */
export function killsInAnyOrder(
  kinds: readonly (() => Promise<void>)[],
  times: number,
  random: () => number,
): readonly Fall[] {
  return Array.from({ length: times }, () => kinds)
    .flat()
    .map((killAndStart) => ({ killAndStart, place: random(), afterMs: SHORTEST_LIFE_MS + random() * SPREAD_MS }))
    .sort((a, b) => a.place - b.place);
}

/** One fall after the other. */
export async function fallInOrder(falls: readonly Fall[]): Promise<void> {
  for (const { killAndStart, afterMs } of falls) {
    await pause(afterMs);
    await killAndStart();
  }
}
