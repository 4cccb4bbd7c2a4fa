import { isId, type NightflowError, StoreUnavailableError } from "@nightflow/domain";
import { StoreRefusedError } from "../errors.ts";
import { breathe } from "../serial-queue.ts";
import { asInfluxError, errorOfStatus, shortened } from "./influx-errors.ts";

const TIMEOUT_MS = 60_000;
/** Rows in one line of an answer; about 3 ms to parse. */
const CHUNK_ROWS = 5000;

export interface InfluxQlOptions {
  readonly url: string;
  /** A token that may read the bucket. InfluxQL can also erase, so it should not be able to write. */
  readonly token: string;
  readonly bucket: string;
  /** In place of the token: what a server of version 1 is told. */
  readonly authorization?: string | undefined;
}

/** A field's value in a row: null where the point has no such field; whole numbers of 16 digits and more as text. */
export type InfluxValue = number | string | null;

/** One row of an answer: the channel where the query groups by it, the time, and the fields asked for. */
export interface InfluxRow {
  readonly channel: string;
  readonly atMs: number;
  readonly fields: readonly InfluxValue[];
}

interface Answer {
  readonly error?: string;
  readonly results?: readonly {
    readonly error?: string;
    readonly partial?: boolean;
    readonly series?: readonly Series[];
  }[];
}

interface Series {
  readonly name?: string;
  readonly tags?: { readonly c?: string };
  readonly values?: readonly (readonly [number, ...InfluxValue[]])[];
}

/**
 * Asks InfluxDB in InfluxQL, which gives the points of all weeks where Flux silently drops those of another field type
 * (INFLUXDB 1.4). As JSON, for in CSV an answer that failed is an empty one: "database not found" reads as "no rows".
 */
export class InfluxQl {
  readonly #options: InfluxQlOptions;

  constructor(options: InfluxQlOptions) {
    this.#options = options;
  }

  /** Rows of one SELECT with its times in milliseconds. `params` are bound by name. */
  async *rows(query: string, params: Readonly<Record<string, string>> = {}): AsyncGenerator<InfluxRow> {
    let isPartial = false;
    for (const line of (await this.#ask(query, params)).split("\n")) {
      if (line === "") continue;
      const answer = parseExactly(line);
      const refusal = refusalIn(answer);
      if (refusal !== undefined) throw refusal;
      isPartial = answer.results?.some((result) => result.partial) ?? false;
      yield* rowsIn(answer);
      await breathe();
    }
    if (isPartial) throw new StoreUnavailableError("reading: InfluxDB's answer ended before its last rows");
  }

  /** The tables of an answer that is no list of points, as of SHOW FIELD KEYS. */
  async tables(query: string): Promise<{ readonly name: string; readonly values: readonly (readonly unknown[])[] }[]> {
    const tables = [];
    for (const line of (await this.#ask(query, {})).split("\n")) {
      if (line === "") continue;
      const answer = parseExactly(line);
      const refusal = refusalIn(answer);
      if (refusal !== undefined) throw refusal;
      for (const { series = [] } of answer.results ?? [])
        for (const { name = "", values = [] } of series) tables.push({ name, values });
    }
    return tables;
  }

  async #ask(query: string, params: Readonly<Record<string, string>>): Promise<string> {
    const { url, token, bucket, authorization = `Token ${token}` } = this.#options;
    const asked = { q: query, db: bucket, epoch: "ms", params: JSON.stringify(params) };
    const body = new URLSearchParams({ ...asked, chunked: "true", chunk_size: String(CHUNK_ROWS) });
    const headers = { accept: "application/json", ...(authorization && { authorization }) };
    try {
      const address = new URL("query", url.endsWith("/") ? url : `${url}/`);
      const response = await fetch(address, { method: "POST", headers, body, signal: AbortSignal.timeout(TIMEOUT_MS) });
      const text = await response.text();
      if (response.status !== 200) throw errorOfStatus(response.status, text, "reading");
      return text;
    } catch (error) {
      throw asInfluxError(error, "reading");
    }
  }
}

/** An anchored regular expression that matches exactly these channels; the fastest way to ask for many (INFLUXDB 2.3). */
export function channelPattern(channels: readonly string[]): string {
  if (!channels.every(isId)) throw new RangeError("a channel of the query is not an id");
  return `/^(${channels.map((channel) => channel.replaceAll(".", "\\.")).join("|")})$/`;
}

/** Counts in a row, exactly; null where there are none. */
export function exactCounts(value: InfluxValue | undefined): bigint | null {
  return value === null || value === undefined ? null : BigInt(value);
}

// JSON.parse would round what lies beyond 2^53, so long whole numbers are made text first. Nothing else in an answer
// looks like one between commas or brackets: ids hold neither.
function parseExactly(line: string): Answer {
  return JSON.parse(line.replaceAll(/(?<=[[,])-?\d{16,}(?=[\],])/g, '"$&"')) as Answer;
}

// A query that fails is answered with status 200 and its error inside (INFLUXDB 2.5).
function refusalIn(answer: Answer): NightflowError | undefined {
  const text = answer.error ?? answer.results?.find((result) => result.error !== undefined)?.error;
  if (text === undefined) return undefined;
  if (/not found|required|permission|unauthorized/i.test(text))
    return new StoreRefusedError(`reading: InfluxDB refused the query (${shortened(text)})`, {
      remedy: "check influxdb.bucket and that the token may read it",
    });
  return new StoreUnavailableError(`reading: InfluxDB could not answer (${shortened(text)})`);
}

function* rowsIn(answer: Answer): Generator<InfluxRow> {
  for (const { series = [] } of answer.results ?? [])
    for (const { tags, values = [] } of series)
      for (const [atMs, ...fields] of values) yield { channel: tags?.c ?? "", atMs, fields };
}
