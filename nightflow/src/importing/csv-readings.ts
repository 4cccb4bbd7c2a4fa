import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import { isId } from "@nightflow/domain";
import { parse } from "csv-parse";
import { asReadingsFileError, openReadingsFile, ReadingsFileError } from "./readings-file.ts";

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
 * @throws {ReadingsFileError} when the file cannot be read, or a named column is not in its header.
 */
export async function* readCsvReadings(
  path: string,
  options: { readonly columns?: ColumnMap; readonly timeZone: string },
): AsyncGenerator<CsvReading | CsvFault> {
  const columns = options.columns ?? DEFAULT_COLUMNS;
  const parser = parserOf(path, columns);
  // A failing stream destroys the parser with its error, which the loop below then throws.
  pipeline([...openReadingsFile(path), parser]).catch(() => {});
  let rows = 0;
  try {
    for await (const { record, info } of parser as AsyncIterable<ParsedRow>) {
      rows++;
      yield rowOf(record, info.lines, columns, options.timeZone);
    }
  } catch (error) {
    throw asReadingsFileError(path, error);
  }
  if (rows === 0) throw new ReadingsFileError(`${path}: there is no row below the header`);
}

interface ParsedRow {
  readonly record: Readonly<Record<string, string>>;
  readonly info: { readonly lines: number };
}

function parserOf(path: string, columns: ColumnMap) {
  return parse({
    columns: (header: string[]) => checkedHeader(path, header, columns),
    info: true,
    bom: true,
    skip_empty_lines: true,
    relax_column_count: true,
    relax_quotes: true,
    trim: true,
  });
}

/** The header itself. @throws {ReadingsFileError} when a wanted column is not in it. */
function checkedHeader(path: string, header: string[], columns: ColumnMap): string[] {
  const missing = Object.values(columns).filter((name) => !header.includes(name));
  if (missing.length === 0) return header;
  const found = header.map((name) => name.slice(0, 40)).join(", ");
  throw new ReadingsFileError(`${path}: no column ${missing.join(", ")}; the header has ${found.slice(0, 400)}`, {
    remedy: found.includes(";")
      ? "separate the columns by commas"
      : "name the file's own columns, for example --columns meter=id,read_at=time,forward_total_m3=total",
  });
}

// A channel's id is the meter's and its quantity behind a dot, and ids have 64 characters at most.
const LONGEST_METER = 50;

function rowOf(
  record: Readonly<Record<string, string>>,
  line: number,
  columns: ColumnMap,
  timeZone: string,
): CsvReading | CsvFault {
  const meter = record[columns.meter] ?? "";
  const at = record[columns.readAt] ?? "";
  const value = record[columns.forwardTotal] ?? "";
  const fault = (reason: string): CsvFault => ({ line, text: `${meter},${at},${value}`.slice(0, 200), reason });
  if (meter === "") return fault("the meter is empty");
  if (!isId(meter) || meter.length > LONGEST_METER)
    return fault(`a meter's name has 1 to ${LONGEST_METER} characters of A-Z a-z 0-9 _ . : -`);
  const readAtMs = HAS_ZONE.test(at) ? Date.parse(at) : localToUtcMs(at, timeZone);
  if (!Number.isFinite(readAtMs)) return fault(`"${at}" is not an ISO 8601 time`);
  if (!DECIMAL.test(value)) return fault(`"${value}" is not a decimal number`);
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

/**
 * SHA-256 of a file and of what decides how its rows become readings, as 64 hex digits: the epoch under which they travel,
 * so that a second import of the same is a repeat, and one with another time zone is not.
 */
export async function hashImport(path: string, settings: unknown): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(chunk as Buffer);
  return hash.update(JSON.stringify(settings)).digest("hex");
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
