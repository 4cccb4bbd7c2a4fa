import { type DuckDBConnection, type DuckDBDataChunk, LIST, listValue } from "@duckdb/node-api";
import { QUALITY_CODES } from "@nightflow/domain";
import type { FeedPage, ReadingColumns, StoredValue } from "../../ports.ts";
import { cursorAhead, feedForgotten } from "../errors.ts";
import { blankColumns, setRow } from "../reading-columns.ts";
import type { InstantKey } from "../repeats.ts";
import type { Segments, TimeRange } from "./segments.ts";
import type { StoreState } from "./store-state.ts";
import { chunksOf, columnSlice, rowsOfResult, TYPES } from "./vectors.ts";

// Binding a list costs about 1 µs an element, synchronously.
const KEYS_PER_QUERY = 2000;

/**
 * What is stored at exact instants, in the order asked. Instants newer than their channel's newest reading are
 * answered from memory.
 */
export async function readValuesAt(
  connection: DuckDBConnection,
  keys: readonly InstantKey[],
  state: StoreState,
): Promise<(StoredValue | undefined)[]> {
  const values: (StoredValue | undefined)[] = new Array(keys.length).fill(undefined);
  const asked = keys.flatMap((key, i) => {
    const channel = state.channel(key.channel);
    const newestMs = state.newestReadAt(key.channel) ?? Number.NEGATIVE_INFINITY;
    return channel === undefined || !(key.readAtMs <= newestMs) ? [] : [{ i, no: channel.no, readAtMs: key.readAtMs }];
  });
  for (let from = 0; from < asked.length; from += KEYS_PER_QUERY)
    await readValues(connection, asked.slice(from, from + KEYS_PER_QUERY), values, state.segments);
  return values;
}

interface AskedInstant {
  readonly i: number;
  readonly no: number;
  readonly readAtMs: number;
}

const valuesAtSql = (segments: Segments, range: TimeRange) => `
  SELECT asked.i, r.counts, r.gauge, r.quality
  FROM (SELECT unnest($1) AS i, unnest($2) AS no, unnest($3) AS read_at_ms) asked
  JOIN (SELECT * FROM (${segments.readingsSql(range)})
    WHERE read_at_ms BETWEEN $4 AND $5 AND channel_no BETWEEN $6 AND $7) r
    ON r.channel_no = asked.no AND r.read_at_ms = asked.read_at_ms
  ORDER BY r.quality = ${QUALITY_CODES.missing}, r.commit_no`;

async function readValues(
  connection: DuckDBConnection,
  asked: readonly AskedInstant[],
  values: (StoredValue | undefined)[],
  segments: Segments,
): Promise<void> {
  const [lowestMs, highestMs] = boundsOf(asked, (key) => key.readAtMs);
  const [lowestNo, highestNo] = boundsOf(asked, (key) => key.no);
  const { INTEGER, BIGINT } = TYPES;
  const result = await connection.run(
    valuesAtSql(segments, { fromMs: lowestMs, toMs: highestMs + 1 }),
    [
      listValue(asked.map((key) => key.i)),
      listValue(asked.map((key) => key.no)),
      listValue(asked.map((key) => BigInt(key.readAtMs))),
      BigInt(lowestMs),
      BigInt(highestMs),
      lowestNo,
      highestNo,
    ],
    [LIST(INTEGER), LIST(INTEGER), LIST(BIGINT), BIGINT, BIGINT, INTEGER, INTEGER],
  );
  for await (const chunk of chunksOf(result)) takeValues(chunk, values);
}

function boundsOf(asked: readonly AskedInstant[], of: (key: AskedInstant) => number): [number, number] {
  let lowest = Number.POSITIVE_INFINITY;
  let highest = Number.NEGATIVE_INFINITY;
  for (const key of asked) {
    lowest = Math.min(lowest, of(key));
    highest = Math.max(highest, of(key));
  }
  return [lowest, highest];
}

function takeValues(chunk: DuckDBDataChunk, values: (StoredValue | undefined)[]): void {
  const places = columnSlice<Int32Array>(chunk, 0);
  const counts = columnSlice<BigInt64Array>(chunk, 1);
  const gauges = columnSlice<Float64Array>(chunk, 2);
  const qualities = columnSlice<Uint8Array>(chunk, 3);
  for (let i = 0; i < chunk.rowCount; i++) {
    const place = places.items[i] ?? -1;
    values[place] ??= {
      quality: qualities.items[i] ?? 0,
      counts: counts.isNull(i) ? null : (counts.items[i] ?? null),
      gauge: gauges.isNull(i) ? null : (gauges.items[i] ?? null),
    };
  }
}

/** A page of the feed up to `lastCommit`, which the caller has seen become durable. */
export async function readFeed(
  connection: DuckDBConnection,
  cursor: number,
  limit: number,
  state: StoreState,
): Promise<FeedPage> {
  const { lastCommit } = state.counts;
  const { feedFrom } = state.segments;
  if (cursor > lastCommit) throw cursorAhead(cursor, lastCommit, feedFrom);
  if (cursor < feedFrom - 1) throw feedForgotten(cursor, feedFrom);
  if (cursor === lastCommit) return { cursor, hasMore: false, readings: blankColumns(0, []) };
  const end = await endOfPage(connection, cursor, Math.max(1, limit), lastCommit);
  const result = await connection.run(
    `SELECT channel_no, read_at_ms, counts, gauge, quality, flags, origin
      FROM (${state.segments.commitsSql(cursor, end)}) ORDER BY commit_no, row_no`,
  );
  const columns = blankColumns(result.rowCount, []);
  const numbers = new ChannelNumbers(state);
  let at = 0;
  for await (const chunk of chunksOf(result)) {
    takeReadings(chunk, at, columns, numbers);
    at += chunk.rowCount;
  }
  return { cursor: end, hasMore: end < lastCommit, readings: { ...columns, channels: numbers.channels } };
}

// Commits without readings cost nothing to pass, so only those with some count towards the page.
async function endOfPage(
  connection: DuckDBConnection,
  cursor: number,
  limit: number,
  lastCommit: number,
): Promise<number> {
  const result = await connection.run(
    `SELECT min(no)::DOUBLE AS "endNo" FROM (
       SELECT no, sum(stored) OVER (ORDER BY no) AS gathered FROM (
         SELECT no, stored FROM commit_log WHERE no > $1 AND no <= $2 AND stored > 0 ORDER BY no LIMIT $3))
     WHERE gathered >= $3`,
    [BigInt(cursor), BigInt(lastCommit), BigInt(limit)],
  );
  return (await rowsOfResult<{ endNo: number | null }>(result))[0]?.endNo ?? lastCommit;
}

/** Renumbers the file's channel numbers into those of one set of columns. */
class ChannelNumbers {
  readonly channels: string[] = [];
  readonly #numbers = new Map<number, number>();
  readonly #state: StoreState;

  constructor(state: StoreState) {
    this.#state = state;
  }

  of(fileNo: number): number {
    const known = this.#numbers.get(fileNo);
    if (known !== undefined) return known;
    const no = this.channels.push(this.#state.channelByNo(fileNo)?.id ?? "") - 1;
    this.#numbers.set(fileNo, no);
    return no;
  }

  isRegister(fileNo: number): boolean {
    return this.#state.channelByNo(fileNo)?.isRegister ?? false;
  }
}

function takeReadings(chunk: DuckDBDataChunk, at: number, columns: ReadingColumns, numbers: ChannelNumbers): void {
  const nos = columnSlice<Int32Array>(chunk, 0).items;
  const readAt = columnSlice<BigInt64Array>(chunk, 1).items;
  const counts = columnSlice<BigInt64Array>(chunk, 2);
  const gauges = columnSlice<Float64Array>(chunk, 3);
  const qualities = columnSlice<Uint8Array>(chunk, 4).items;
  const flags = columnSlice<Uint32Array>(chunk, 5).items;
  const origins = columnSlice<Uint8Array>(chunk, 6).items;
  for (let i = 0; i < chunk.rowCount; i++) {
    const fileNo = nos[i] ?? -1;
    setRow(columns, at + i, numbers.of(fileNo), {
      readAtMs: Number(readAt[i]),
      isRegister: counts.isNull(i) && gauges.isNull(i) ? numbers.isRegister(fileNo) : !counts.isNull(i),
      counts: counts.items[i] ?? null,
      gauge: gauges.items[i] ?? null,
      quality: qualities[i] ?? 0,
      flags: flags[i] ?? 0,
      origin: origins[i] ?? 0,
    });
  }
}
