import type { ChannelMatch, SetAsideEntry, StoredHere } from "../../../api/operations-queries.ts";

/** What can be changed of an entry, as texts of a form. */
export interface Draft {
  readonly channel: string;
  readonly readAtMs: number | undefined;
  readonly value: string;
  readonly unit: ChannelMatch["unit"] | undefined;
  readonly raw: string;
}

/** How an entry came: an agent's reading, a device's, or a whole payload that can only be mended as text. */
export type RawKind = "wire" | "item" | "text";

/** The parts of an entry that a form can change. */
export interface RawParts {
  readonly kind: RawKind;
  readonly draft: Draft;
}

/** Reads an entry as far as it can be read: a text that is no reading stays a text. */
export function readRaw(entry: Pick<SetAsideEntry, "raw" | "channel" | "readAt">): RawParts {
  const { raw } = entry;
  const json = jsonOf(raw);
  const base = { channel: entry.channel ?? "", readAtMs: entry.readAt ?? undefined, value: "", unit: undefined, raw };
  if (Array.isArray(json) && !isObject(json[0])) {
    const [channel, readAtMs, value] = json as unknown[];
    const draft = {
      ...base,
      channel: textOr(channel, base.channel),
      readAtMs: instantOr(readAtMs),
      value: valueText(value),
    };
    return { kind: "wire", draft };
  }
  if (isObject(json) && typeof json.field === "string") {
    const readAtMs = instantOr(json.timeMs) ?? base.readAtMs;
    return { kind: "item", draft: { ...base, readAtMs, value: valueText(json.value), unit: unitOf(json.unit) } };
  }
  return { kind: "text", draft: base };
}

/** What the API is told to change: only what differs from what came. Undefined when nothing does. */
export function repairOf({ kind, draft: came }: RawParts, draft: Draft) {
  if (draft.raw !== came.raw) return { raw: draft.raw };
  const repair = {
    ...(draft.channel !== came.channel && { channel: draft.channel }),
    ...(draft.readAtMs !== came.readAtMs && draft.readAtMs !== undefined && { readAtMs: draft.readAtMs }),
    ...(draft.value !== came.value && { value: draft.value.trim() }),
    ...(kind === "item" && draft.unit !== came.unit && draft.unit !== undefined && { unit: draft.unit }),
  };
  return Object.keys(repair).length === 0 ? undefined : repair;
}

/** What will most likely happen to an entry; ingest has the last word. */
export type Forecast =
  | "unchanged"
  | "checkedAnew"
  | "timeMissing"
  | "timeOutOfRange"
  | "notANumber"
  | "notACount"
  | "unknownChannel"
  | "stored"
  | "repeat"
  | "conflict";

const EARLIEST_MS = Date.UTC(2000, 0, 1);
const DAY_MS = 86_400_000;
const DECIMAL = /^[+-]?\d{1,60}(\.\d{1,60})?$/;
const WHOLE = /^[+-]?\d{1,19}$/;

/** What is known beside the entry: its channel with what is stored there, null when nobody knows the channel. */
export interface Around {
  readonly nowMs: number;
  readonly here: StoredHere | null | undefined;
}

/** Looks ahead: the rules are ingest's own, said before anything is sent. Undefined while the channel is looked up. */
export function foresee(parts: RawParts, draft: Draft, { nowMs, here }: Around): Forecast | undefined {
  const repair = repairOf(parts, draft);
  if (parts.kind === "text" || (repair !== undefined && "raw" in repair))
    return repair === undefined ? "unchanged" : "checkedAnew";
  if (draft.readAtMs === undefined) return "timeMissing";
  if (draft.readAtMs < EARLIEST_MS || draft.readAtMs > nowMs + DAY_MS) return "timeOutOfRange";
  if (!DECIMAL.test(draft.value.trim())) return "notANumber";
  if (parts.kind === "item") return repair === undefined ? "unchanged" : "checkedAnew";
  if (here === undefined) return undefined;
  if (here === null) return "unknownChannel";
  if (here.channel.resolution !== null && !WHOLE.test(draft.value.trim())) return "notACount";
  if (here.stored === null) return "stored";
  return isSame(here.stored, draft.value) ? "repeat" : "conflict";
}

function isSame(stored: string, value: string): boolean {
  return stored === value.trim() || Number(stored) === Number(value);
}

/** Counts in the channel's unit, `12000.001`; undefined for gauges and what is no number. */
export function inUnit(counts: string, resolution: number | null): number | undefined {
  if (resolution === null || !WHOLE.test(counts.trim())) return undefined;
  const inverse = Math.round(1 / resolution);
  const isWholeInverse = inverse > 0 && Math.abs(inverse * resolution - 1) < 1e-9;
  return isWholeInverse ? Number(counts) / inverse : Number(counts) * resolution;
}

function jsonOf(raw: string): unknown {
  try {
    return JSON.parse(raw) as unknown;
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function textOr(value: unknown, other: string): string {
  return typeof value === "string" ? value : other;
}

function instantOr(value: unknown): number | undefined {
  return typeof value === "number" && Number.isSafeInteger(value) ? value : undefined;
}

function valueText(value: unknown): string {
  return typeof value === "number" || typeof value === "string" ? String(value) : "";
}

/** Units that a reading may be in. */
export const UNITS = [
  ...(["m3", "Sm3", "L", "m3/h", "Sm3/h", "L/h", "m3/s", "kPa", "bar", "Cel", "V", "%", "Hz", "1"] as const),
] satisfies readonly ChannelMatch["unit"][];

function unitOf(value: unknown): ChannelMatch["unit"] | undefined {
  return UNITS.find((unit) => unit === value);
}
