import { bitsToFlags, type Origin, QUALITY_CODES } from "@nightflow/domain";
import type { SetAside, SetAsideList } from "@nightflow/storage";
import type { Row } from "./checked-batch.ts";

/** Longest `raw` of a row that is set aside. */
export const MAX_RAW_CHARS = 4000;

/** Why something is set aside: where it goes, a stable code, and words for an operator. */
export interface Reason {
  readonly list: SetAsideList;
  readonly code: string;
  readonly text: string;
}

/** Where something that is set aside came from. */
export interface Source {
  readonly agent: string;
  readonly epoch: string | null;
  readonly seq: number | null;
  readonly origin: Origin;
}

/** A dead letter. */
export function deadLetter(code: string, text: string): Reason {
  return { list: "dead_letter", code, text };
}

/** The row of something set aside. */
export function setAsideRow(
  source: Source,
  reason: Reason,
  subject: { readonly channel: string | null; readonly readAtMs: number | null; readonly raw: string },
): SetAside {
  const { agent, epoch, seq, origin } = source;
  const { channel, readAtMs, raw } = subject;
  const { list, code: reasonCode, text } = reason;
  return { agent, epoch, seq, origin, list, reasonCode, reason: text, channel, readAtMs, raw };
}

/** A wire reading as text. Numbers that JSON cannot hold keep their name, so that nobody reads them as null. */
export function rawOfReading(wire: unknown): string {
  const json = JSON.stringify(wire, (_, value) =>
    typeof value === "number" && !Number.isFinite(value) ? String(value) : (value as unknown),
  );
  return storableText(json ?? "");
}

/** A storable reading as the text that came, or says the same. */
export function rawOfRow(row: Row): string {
  const names = bitsToFlags(row.flags);
  const value = row.isRegister ? wireCounts(row.counts) : row.gauge;
  const wire = [row.channel.id, row.readAtMs, row.quality === QUALITY_CODES.missing ? null : value, row.quality];
  return rawOfReading(names.length === 0 ? wire : [...wire, names]);
}

function wireCounts(counts: bigint): number | string {
  return Number.isSafeInteger(Number(counts)) ? Number(counts) : counts.toString();
}

const LENIENT_UTF8 = new TextDecoder("utf-8", { fatal: false });

/** The beginning of a payload as text, whatever bytes it holds. */
export function rawOfPayload(payload: Uint8Array | string): string {
  if (typeof payload === "string") return storableText(payload);
  return storableText(LENIENT_UTF8.decode(payload.subarray(0, MAX_RAW_CHARS * 4)));
}

/** Text that every store takes: PostgreSQL refuses U+0000, and no database half a surrogate pair. */
export function storableText(text: string): string {
  return text.slice(0, MAX_RAW_CHARS).replaceAll("\u0000", "\uFFFD").toWellFormed();
}
