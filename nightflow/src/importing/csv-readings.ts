import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { parse } from "csv-parse";

/** Which columns of a readings file hold what; the defaults are the names themselves. */
export interface ColumnMap {
  readonly meter: string;
  readonly readAt: string;
  readonly forwardTotal: string;
}

export const DEFAULT_COLUMNS: ColumnMap = { meter: "meter", readAt: "read_at", forwardTotal: "forward_total_m3" };

/** One row of a readings file. `value` is the text of the register, so that no digit is lost. */
export interface CsvReading {
  readonly line: number;
  readonly meter: string;
  readonly readAtMs: number;
  readonly value: string;
}

/** A row that cannot be read, with where and why. */
export interface CsvFault {
  readonly line: number;
  readonly text: string;
  readonly reason: string;
}

const DECIMAL = /^[+-]?\d+(\.\d+)?$/;
const HAS_ZONE = /(Z|[+-]\d\d:?\d\d)$/;

/**
 * Rows and faults of a readings file, in file order; `.gz` files are unpacked on the way. Broken rows are faults and the
 * rest goes on. A time without an offset is local to `timeZone`.
 *
 * @throws {Error} when the file cannot be read or a named column is not in its header.
 */
export async function* readCsvReadings(
  path: string,
  options: { readonly columns?: ColumnMap; readonly timeZone: string },
): AsyncGenerator<CsvReading | CsvFault> {
  const columns = options.columns ?? DEFAULT_COLUMNS;
  const parser = parse({
    columns: true,
    info: true,
    bom: true,
    skip_empty_lines: true,
    relax_column_count: true,
    trim: true,
  });
  const source = createReadStream(path, { highWaterMark: 1 << 20 });
  const feeding = path.endsWith(".gz") ? pipeline(source, createGunzip(), parser) : pipeline(source, parser);
  feeding.catch(() => {});
  let isHeaderChecked = false;
  for await (const { record, info } of parser as AsyncIterable<{
    record: Record<string, string>;
    info: { lines: number };
  }>) {
    if (!isHeaderChecked) {
      const missing = Object.values(columns).filter((name) => !(name in record));
      if (missing.length > 0)
        throw new Error(`${path}: no column ${missing.join(", ")}; the header has ${Object.keys(record).join(", ")}`);
      isHeaderChecked = true;
    }
    yield rowOf(record, info.lines, columns, options.timeZone);
  }
  await feeding;
}

function rowOf(
  record: Record<string, string>,
  line: number,
  columns: ColumnMap,
  timeZone: string,
): CsvReading | CsvFault {
  const meter = record[columns.meter] ?? "";
  const at = record[columns.readAt] ?? "";
  const value = record[columns.forwardTotal] ?? "";
  const text = `${meter},${at},${value}`.slice(0, 200);
  if (meter === "") return { line, text, reason: "the meter is empty" };
  const readAtMs = HAS_ZONE.test(at) ? Date.parse(at) : localToUtcMs(at, timeZone);
  if (!Number.isFinite(readAtMs)) return { line, text, reason: `"${at}" is not an ISO 8601 time` };
  if (!DECIMAL.test(value)) return { line, text, reason: `"${value}" is not a decimal number` };
  return { line, meter, readAtMs, value };
}

const FORMATS = new Map<string, Intl.DateTimeFormat>();

function offsetMs(atMs: number, timeZone: string): number {
  let format = FORMATS.get(timeZone);
  if (format === undefined) {
    const parts = {
      year: "numeric",
      month: "2-digit",
      day: "2-digit",
      hour: "2-digit",
      minute: "2-digit",
      second: "2-digit",
    } as const;
    format = new Intl.DateTimeFormat("sv-SE", { timeZone, hourCycle: "h23", ...parts });
    FORMATS.set(timeZone, format);
  }
  return Date.parse(`${format.format(atMs).replace(" ", "T")}Z`) - Math.floor(atMs / 1000) * 1000;
}

/** A local wall time as UTC; the first of the two where the clock is set back. */
function localToUtcMs(text: string, timeZone: string): number {
  const asUtc = Date.parse(`${text.replace(" ", "T")}${text.length <= 10 ? "T00:00:00" : ""}Z`);
  if (!Number.isFinite(asUtc)) return Number.NaN;
  const first = asUtc - offsetMs(asUtc - 86_400_000 / 2, timeZone);
  if (offsetMs(first, timeZone) === asUtc - first) return first;
  return asUtc - offsetMs(asUtc, timeZone);
}

/** SHA-256 of a file as 64 hex digits: the epoch under which its readings travel, so that a second import is a repeat. */
export async function hashFile(path: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(chunk as Buffer);
  return hash.digest("hex");
}

/**
 * A decimal text as whole counts of `resolution`, exactly; undefined when it lies between two counts.
 * `123.456` at 0.001 is 123456n.
 */
export function countsOfDecimal(text: string, resolution: number): bigint | undefined {
  const decimals = Math.round(-Math.log10(resolution));
  if (Math.abs(10 ** -decimals - resolution) > resolution * 1e-9) {
    const counts = Number(text) / resolution;
    return Math.abs(counts - Math.round(counts)) < 1e-6 ? BigInt(Math.round(counts)) : undefined;
  }
  const [, sign, whole = "0", fraction = ""] = /^([+-]?)(\d+)(?:\.(\d+))?$/.exec(text) ?? [];
  const shift = Math.max(0, decimals);
  const kept = fraction.slice(0, shift).padEnd(shift, "0");
  if (/[1-9]/.test(fraction.slice(shift))) return undefined;
  const counts = BigInt(whole + kept) / 10n ** BigInt(Math.max(0, -decimals));
  return sign === "-" ? -counts : counts;
}
