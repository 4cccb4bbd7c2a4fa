import {
  decodeBatch,
  decodeDeviceItem,
  decodeDevicePayload,
  describeError,
  ORIGIN_CODES,
  type Unit,
  WireError,
} from "@nightflow/domain";
import type { SetAside, StoredSetAside } from "@nightflow/storage";
import type { CheckedBatch, Row } from "../checked-batch.ts";
import { checkDeviceItem } from "../devices/device-payload.ts";
import type { ReadingContext } from "../payload-check.ts";
import { checkReading, isRow, subjectOf } from "../reading-check.ts";
import { deadLetter, rawOfReading, setAsideRow, storableText } from "../reasons.ts";
import type { EdgeNodes } from "../sparkplug/edge-nodes.ts";

/** The agent under which the marks of replays stand; no agent of the wire has a name without its site. */
export const REPLAY_AGENT = "set-aside";

/** What a person has changed of a reading before it is replayed; what is left out stays as it came. */
export interface Repair {
  /** The whole text in place of the one that came. */
  readonly raw?: string | undefined;
  readonly channel?: string | undefined;
  readonly readAtMs?: number | undefined;
  /** As a decimal text: counts for readings of agents, the device's own unit for those of devices. */
  readonly value?: string | undefined;
  /** Of readings of devices only. */
  readonly unit?: Unit | undefined;
}

/** Entries of one agent that are replayed in one commit. */
export interface ReplayRequest {
  readonly decision: string;
  readonly seq: number;
  /** All of one agent. */
  readonly entries: readonly StoredSetAside[];
  readonly repair?: Repair | undefined;
}

/** What replays are checked with: as any reading is, and with the births of Sparkplug. */
export interface ReplayContext extends ReadingContext {
  readonly nodes: Pick<EdgeNodes, "resolve">;
}

/** The entries as a batch, each checked as if it came now. Never throws for what is in an entry. */
export function checkReplay(
  { decision, seq, entries, repair = {} }: ReplayRequest,
  context: ReplayContext,
): CheckedBatch {
  const rows: Row[] = [];
  const setAside: SetAside[] = [];
  const entryOf = new Map<Row | SetAside, number>();
  for (const entry of entries)
    for (const checked of checkEntry(entry, repair, context)) {
      entryOf.set(checked, entry.id);
      if (isRow(checked)) rows.push(checked);
      else setAside.push(checked);
    }
  const mark = { agent: REPLAY_AGENT, epoch: decision, seq };
  const agent = entries[0]?.agent ?? REPLAY_AGENT;
  return { agent, mark, rows, setAside, isBroken: false, replay: { decision, entryOf } };
}

/** What one entry is now. A payload set aside as a whole may be many readings. */
function checkEntry(entry: StoredSetAside, repair: Repair, context: ReplayContext): (Row | SetAside)[] {
  try {
    const checked = readingsOf(entry, repair, context);
    if (checked.length > 0) return checked;
    return [againAside(entry, "REPLAY_EMPTY", "there is no reading in it, or its profile ignores the field")];
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
    return [againAside(entry, entry.reasonCode, describeError(error))];
  }
}

function readingsOf(entry: StoredSetAside, repair: Repair, context: ReplayContext): (Row | SetAside)[] {
  const { agent } = entry;
  const raw = repair.raw ?? entry.raw;
  const json = jsonOf(raw);
  const isOfDevice = agent.startsWith("dev/") || agent.startsWith("spb/");
  if (Array.isArray(json) && !isObject(json[0])) return [checkWire(repairedWire(json, repair), entry, context)];
  if (!isOfDevice) return decodeBatch(raw).readings.map((wire) => checkWire(wire, entry, context));
  const unborn = context.nodes.resolve(agent, json);
  if (unborn !== undefined) return defined([checkDeviceItem(unborn, agent, entry.origin, context)]);
  if (isObject(json) && "field" in json) {
    const item = decodeDeviceItem(JSON.stringify(repairedItem(json, repair)));
    if (repair.channel === undefined) return defined([checkDeviceItem(item, agent, entry.origin, context)]);
    return defined([checkDeviceItem(item, agent, entry.origin, mappedTo(repair.channel, context))]);
  }
  return defined(decodeDevicePayload(raw).map((item) => checkDeviceItem(item, agent, entry.origin, context)));
}

// Whatever the field's own channel is, this once it is the one that a person named.
function mappedTo(channel: string, context: ReplayContext): ReplayContext {
  return { ...context, lookup: () => context.lookup(channel) };
}

function repairedWire(wire: readonly unknown[], { channel, readAtMs, value }: Repair): unknown[] {
  const repaired = [...wire];
  if (channel !== undefined) repaired[0] = channel;
  if (readAtMs !== undefined) repaired[1] = readAtMs;
  if (value !== undefined) {
    repaired[2] = Number.isSafeInteger(Number(value)) || value.includes(".") ? Number(value) : value;
    if (repaired[3] === 2) repaired[3] = 0;
  }
  return repaired;
}

function repairedItem(item: object, { readAtMs, value, unit }: Repair): object {
  const { time: _time, timeS: _timeS, ...rest } = item as { time?: unknown; timeS?: unknown };
  const timed = readAtMs === undefined ? item : { ...rest, timeMs: readAtMs };
  return { ...timed, ...(value !== undefined && { value }), ...(unit !== undefined && { unit }) };
}

function checkWire(wire: unknown, entry: StoredSetAside, { nowMs, lookup }: ReplayContext): Row | SetAside {
  const checked = checkReading(wire, { nowMs, lookup, origin: ORIGIN_CODES[entry.origin] });
  if (isRow(checked)) return checked;
  return setAsideRow(entry, checked, { ...subjectOf(wire), raw: rawOfReading(wire) });
}

function againAside(entry: StoredSetAside, code: string, text: string): SetAside {
  const { channel, readAtMs, raw } = entry;
  return setAsideRow(entry, deadLetter(code, text), { channel, readAtMs, raw: storableText(raw) });
}

function jsonOf(raw: string): unknown {
  try {
    return JSON.parse(raw) as unknown;
  } catch (cause) {
    throw new WireError("the text is no JSON; repair it as a whole before it is replayed", { cause });
  }
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function defined<Value>(values: readonly (Value | undefined)[]): Value[] {
  return values.filter((value) => value !== undefined);
}
