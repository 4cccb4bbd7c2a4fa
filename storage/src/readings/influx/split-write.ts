import { StoreRefusedError } from "../errors.ts";
import { breathe } from "../serial-queue.ts";
import { isUnreached, LinesRefusedError } from "./influx-errors.ts";
import type { RefusedRow } from "./refused-rows.ts";

/** Lines in one request: far below what the server's own time-out of 10 s allows (INFLUXDB 1.2). */
const LINES_PER_REQUEST = 5000;

/** What is told of the requests of one write. */
export interface WriteSteps {
  /** Called before each request; when it rejects, nothing more is sent. */
  readonly before?: () => Promise<void>;
  /** Called as soon as a line may be stored, be it that no answer came. */
  readonly onMaybeWritten?: () => void;
}

interface Progress extends WriteSteps {
  readonly refused: RefusedRow[];
  readonly send: (lines: readonly string[]) => Promise<void>;
}

/**
 * Sends lines, one request at a time, and gives back those that the server refuses even alone. `send` throws
 * LinesRefusedError for a request of which the server refused some line.
 */
export async function writeSplitting(
  lines: readonly string[],
  send: (lines: readonly string[]) => Promise<void>,
  steps: WriteSteps,
): Promise<RefusedRow[]> {
  const refused: RefusedRow[] = [];
  for (let from = 0; from < lines.length; from += LINES_PER_REQUEST) {
    await writeOrSplit(lines.slice(from, from + LINES_PER_REQUEST), from, { ...steps, send, refused });
    await breathe();
  }
  return refused;
}

// The server neither names nor rightly counts the lines it dropped (INFLUXDB 1.3), so they are found by halving; lines
// that were stored already are only written over with themselves.
async function writeOrSplit(lines: readonly string[], from: number, progress: Progress): Promise<void> {
  const refusal = await sendOnce(lines, progress);
  if (refusal === undefined) return;
  if (lines.length === 1) {
    progress.refused.push({ index: from, code: refusal.why, reason: refusal.message });
    return;
  }
  const middle = Math.ceil(lines.length / 2);
  await writeOrSplit(lines.slice(0, middle), from, progress);
  await writeOrSplit(lines.slice(middle), from + middle, progress);
}

async function sendOnce(
  lines: readonly string[],
  { before, onMaybeWritten, send }: Progress,
): Promise<LinesRefusedError | undefined> {
  await before?.();
  try {
    await send(lines);
    onMaybeWritten?.();
    return undefined;
  } catch (error) {
    if (!(error instanceof StoreRefusedError) && !isUnreached(error)) onMaybeWritten?.();
    if (!(error instanceof LinesRefusedError)) throw error;
    return error;
  }
}
