import type { Pause } from "../../timers.ts";

/** A line, as far as it connects. */
export interface ConnectingLine {
  readonly isOpen: boolean;
  /** Why it is not open; null while the first attempt is under way. */
  readonly fault: string | null;
}

/** By then the first attempt of every transport has ended, real milliseconds. */
const LONGEST_MS = 60_000;

/**
 * Waits until the first attempt to connect a line has ended, well or not: polls before it would all be failures, and say
 * nothing of the meters. It looks every `stepMs` and at each wake; a line that waits for a device is given one step.
 */
export async function firstConnection(
  line: ConnectingLine,
  pause: Pause,
  { stepMs, isOver }: { readonly stepMs: number; readonly isOver: () => boolean },
): Promise<void> {
  for (let waitedMs = 0; waitedMs < LONGEST_MS && !line.isOpen && !isOver(); waitedMs += stepMs) {
    if (waitedMs > 0 && line.fault !== null) return;
    await pause.wait(stepMs);
  }
}
