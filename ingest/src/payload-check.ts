import {
  BATCH_VERSION,
  type Batch,
  decodeBatch,
  describeError,
  isId,
  MAX_BATCH_READINGS,
  ORIGIN_CODES,
  parseJson,
  WireError,
  WireVersionError,
} from "@nightflow/domain";
import type { BatchMark, KnownChannel, SetAside } from "@nightflow/storage";
import type { CheckedBatch, Row } from "./checked-batch.ts";
import type { DeviceDirectory } from "./ports.ts";
import { checkReading, isRow, subjectOf } from "./reading-check.ts";
import { deadLetter, type Reason, rawOfPayload, rawOfReading, setAsideRow } from "./reasons.ts";

/** What readings are checked with. */
export interface ReadingContext {
  readonly nowMs: number;
  /** A channel by its id or by another name of it. */
  readonly lookup: (channel: string) => KnownChannel | undefined;
  readonly devices: Pick<DeviceDirectory, "profileOf" | "unitOfName">;
  /** Whether an entry is of a rejected channel: counted, not listed. */
  readonly isRejected: (entry: SetAside) => boolean;
}

/** What a payload is checked with. */
export interface PayloadContext extends ReadingContext {
  /** `site/agent`. */
  readonly agent: string;
}

/**
 * A readings payload, looked at reading by reading. Never throws for what is in the payload: a broken envelope is a
 * dead letter as a whole, a bad reading one by itself.
 */
export function checkPayload(payload: Uint8Array | string, context: PayloadContext): CheckedBatch {
  try {
    return checkBatch(decodeBatch(payload), context);
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
    return brokenEnvelope(payload, error, context.agent);
  }
}

/** A payload that is set aside as a whole. */
export function brokenPayload(
  agent: string,
  reason: Reason,
  payload: Uint8Array | string,
  mark: BatchMark | null = null,
): CheckedBatch {
  const source = { agent, epoch: mark?.epoch ?? null, seq: mark?.seq ?? null, origin: "live" } as const;
  const row = setAsideRow(source, reason, { channel: null, readAtMs: null, raw: rawOfPayload(payload) });
  return { agent, mark, rows: [], setAside: [row], isBroken: true };
}

/** Channels of a batch that are not known, each once. */
export function unknownChannelsOf(batch: CheckedBatch): string[] {
  const unknown = new Set<string>();
  for (const { list, channel } of batch.setAside) if (list === "quarantine" && channel !== null) unknown.add(channel);
  return [...unknown];
}

function checkBatch(batch: Batch, { agent, nowMs, lookup, isRejected }: PayloadContext): CheckedBatch {
  const { epoch, seq, origin } = batch;
  const source = { agent, epoch, seq, origin };
  const context = { nowMs, lookup, origin: ORIGIN_CODES[origin] };
  const rows: Row[] = [];
  const setAside: SetAside[] = [];
  let unlisted = 0;
  for (const wire of batch.readings) {
    const checked = checkReading(wire, context);
    if (isRow(checked)) {
      rows.push(checked);
      continue;
    }
    const entry = setAsideRow(source, checked, { ...subjectOf(wire), raw: rawOfReading(wire) });
    if (isRejected(entry)) unlisted++;
    else setAside.push(entry);
  }
  return { agent, mark: { agent, epoch, seq }, rows, setAside, isBroken: false, unlisted };
}

// An unknown version is not marked, so that it is never acked: the agent keeps it until this program can read it.
function brokenEnvelope(payload: Uint8Array | string, error: WireError, agent: string): CheckedBatch {
  if (error instanceof WireVersionError) return brokenPayload(agent, deadLetter(error.code, error.message), payload);
  const json = jsonOf(payload);
  if (json === undefined) return brokenPayload(agent, deadLetter("NOT_JSON", describeError(error)), payload);
  const code = hasTooMany(json) ? "TOO_MANY_READINGS" : "NOT_A_BATCH";
  return brokenPayload(agent, deadLetter(code, error.message), payload, readableMark(json, agent));
}

function jsonOf(payload: Uint8Array | string): Readonly<Record<string, unknown>> | undefined {
  try {
    return Object(parseJson(payload, "readings payload")) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}

function hasTooMany({ readings }: Readonly<Record<string, unknown>>): boolean {
  return Array.isArray(readings) && readings.length > MAX_BATCH_READINGS;
}

// Where the number of a broken batch can be read it counts as dealt with: unacked, it would block its agent for ever.
function readableMark({ v, epoch, seq }: Readonly<Record<string, unknown>>, agent: string): BatchMark | null {
  const isReadable = v === BATCH_VERSION && isId(epoch) && Number.isSafeInteger(seq) && (seq as number) >= 1;
  return isReadable ? { agent, epoch, seq: seq as number } : null;
}
