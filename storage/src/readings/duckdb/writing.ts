import type { DuckDBConnection, DuckDBType, DuckDBValue } from "@duckdb/node-api";
import { QUALITY_CODES } from "@nightflow/domain";
import type { KnownChannel, LastValueColumns, SetAside, StoredMark } from "../../ports.ts";
import type { JournalEntry, NumberedReadings } from "./journal/journal-record.ts";
import { writeSettled } from "./set-aside.ts";
import type { StoreState } from "./store-state.ts";
import { appendParts, appendRows, type ColumnFiller, type NumericItems, TYPES } from "./vectors.ts";

const { BIGINT, BOOLEAN, DOUBLE, INTEGER, UINTEGER, UTINYINT, VARCHAR } = TYPES;

const TABLES = {
  channel: [INTEGER, VARCHAR, BOOLEAN],
  commit_log: [BIGINT, BIGINT, INTEGER, INTEGER, INTEGER, INTEGER, INTEGER],
  mark: [VARCHAR, VARCHAR, BIGINT, VARCHAR, BIGINT],
  // The last three say what became of the entry, and are null in a new one.
  set_aside: [
    ...[BIGINT, VARCHAR, BIGINT, VARCHAR, VARCHAR, BIGINT, VARCHAR, VARCHAR, BIGINT, VARCHAR, VARCHAR, VARCHAR],
    ...[VARCHAR, BIGINT, VARCHAR],
  ],
  known_channel: [VARCHAR, VARCHAR, VARCHAR, VARCHAR, DOUBLE, DOUBLE, DOUBLE],
} as const satisfies Record<string, readonly DuckDBType[]>;

/** Set-aside entries keep at most this much of what came. */
const MAX_RAW_CHARACTERS = 4000;

/** Writes commits, one behind the other, inside the connection's transaction. */
export async function writeCommits(
  connection: DuckDBConnection,
  entries: readonly JournalEntry[],
  state: StoreState,
): Promise<void> {
  const fresh = entries.flatMap((entry) => entry.fresh);
  await append(
    connection,
    "channel",
    fresh.map((channel) => [channel.no, channel.id, channel.isRegister]),
  );
  await writeReadings(connection, state.segments.open.table, entries);
  const no = entries.at(-1)?.no ?? state.counts.lastCommit;
  const batches = entries.flatMap((entry) => entry.batches);
  await append(
    connection,
    "mark",
    state.marksAfter(batches).map((mark) => markRow(mark, no)),
  );
  let id = state.lastSetAsideId;
  const setAside = entries.flatMap((entry) => entry.setAside.map((one) => setAsideRow(one, ++id, entry.receivedAtMs)));
  await append(connection, "set_aside", setAside);
  for (const { settled, receivedAtMs } of entries) await writeSettled(connection, settled ?? [], receivedAtMs);
  await append(connection, "commit_log", entries.map(commitRow));
}

/** Replaces the folded tables by what `state` holds, inside the connection's transaction. */
export async function writeFolded(connection: DuckDBConnection, state: StoreState): Promise<void> {
  const no = state.counts.lastCommit;
  await connection.run("DELETE FROM mark");
  await append(
    connection,
    "mark",
    state.marks().map((mark) => markRow(mark, no)),
  );
  await connection.run("DELETE FROM last_value");
  const last = state.allLastValues();
  const channelNos = Int32Array.from(last.channels, (id) => state.channel(id)?.no ?? -1);
  await appendParts(connection, "last_value", LAST_VALUE_TYPES, [last], () => ({
    length: last.length,
    columns: lastValueColumns(last, channelNos, no),
  }));
}

/** Replaces the entries of these channels in the registry's copy, inside the connection's transaction. */
export async function writeKnownChannels(
  connection: DuckDBConnection,
  channels: readonly KnownChannel[],
): Promise<void> {
  await connection.run("CREATE TEMP TABLE replaced (id VARCHAR)");
  await appendRows(
    connection,
    "replaced",
    [VARCHAR],
    channels.map((channel) => [channel.id]),
  );
  await connection.run("DELETE FROM known_channel WHERE id IN (SELECT id FROM replaced)");
  await connection.run("DROP TABLE replaced");
  await append(connection, "known_channel", channels.map(knownChannelRow));
}

function append(
  connection: DuckDBConnection,
  table: keyof typeof TABLES,
  rows: readonly (readonly DuckDBValue[])[],
): Promise<void> {
  return appendRows(connection, table, TABLES[table], rows);
}

async function writeReadings(
  connection: DuckDBConnection,
  table: string,
  entries: readonly JournalEntry[],
): Promise<void> {
  await appendParts(connection, table, READING_TYPES, entries, ({ no, readings }) => ({
    length: readings.length,
    columns: readingColumns(no, readings),
  }));
}

const READING_TYPES = [INTEGER, BIGINT, BIGINT, DOUBLE, UTINYINT, UINTEGER, UTINYINT, BIGINT];

function readingColumns(commitNo: number, readings: NumberedReadings): readonly ColumnFiller[] {
  const { channelNos, readAtMs, counts, gauges, isRegister, qualities, flags, origins } = readings;
  const isMissing = (row: number) => qualities[row] === QUALITY_CODES.missing;
  return [
    copier(channelNos),
    times(readAtMs),
    { ...copier(counts), isNull: (row) => isRegister[row] !== 1 || isMissing(row) },
    { ...copier(gauges), isNull: (row) => isRegister[row] === 1 || isMissing(row) },
    copier(qualities),
    copier(flags),
    copier(origins),
    always(commitNo),
  ];
}

const LAST_VALUE_TYPES = [INTEGER, BIGINT, BIGINT, DOUBLE, UTINYINT, UINTEGER, BIGINT, BIGINT];

// Gauges are NaN in registers, and both values say nothing where the reading is missing.
function lastValueColumns(last: LastValueColumns, channelNos: Int32Array, commitNo: number): readonly ColumnFiller[] {
  const { readAtMs, counts, gauges, qualities, flags, lastValueAtMs } = last;
  const isMissing = (row: number) => qualities[row] === QUALITY_CODES.missing;
  const isGauge = (row: number) => !Number.isNaN(gauges[row]);
  return [
    copier(channelNos),
    times(readAtMs),
    { ...copier(counts), isNull: (row) => isMissing(row) || isGauge(row) },
    { ...copier(gauges), isNull: (row) => isMissing(row) || !isGauge(row) },
    copier(qualities),
    copier(flags),
    { ...times(lastValueAtMs), isNull: (row) => Number.isNaN(lastValueAtMs[row]) },
    always(commitNo),
  ];
}

function times(atMs: Float64Array): ColumnFiller {
  return { fill: (items, from, rows, at) => wholeNumbers(items as BigInt64Array, at, atMs, from, rows) };
}

function always(value: number): ColumnFiller {
  return { fill: (items, _from, rows, at) => void (items as BigInt64Array).fill(BigInt(value), at, at + rows) };
}

const TWO_32 = 2 ** 32;

// Writing the halves makes no bigint of every number: that would cost as much as all other columns together.
function wholeNumbers(to: BigInt64Array, at: number, source: Float64Array, from: number, rows: number): void {
  const halves = new Int32Array(to.buffer, to.byteOffset, to.length * 2);
  for (let i = 0; i < rows; i++) {
    const value = source[from + i] ?? 0;
    const high = Math.floor(value / TWO_32);
    halves[2 * (at + i)] = value - high * TWO_32;
    halves[2 * (at + i) + 1] = high;
  }
}

function copier(source: NumericItems): ColumnFiller {
  return {
    fill: (items, from, rows, at) => (items as Uint8Array).set(source.subarray(from, from + rows) as Uint8Array, at),
  };
}

function markRow(mark: StoredMark, commitNo: number): DuckDBValue[] {
  return [mark.agent, mark.epoch, BigInt(mark.seq), JSON.stringify(mark.above), BigInt(commitNo)];
}

function commitRow({ no, receivedAtMs, readings, repeats, setAside, unlisted = 0 }: JournalEntry): DuckDBValue[] {
  const onList = (list: SetAside["list"]) => setAside.filter((entry) => entry.list === list).length;
  const sizes = [readings.length, repeats, onList("dead_letter"), onList("quarantine") + unlisted, onList("conflict")];
  return [BigInt(no), BigInt(receivedAtMs), ...sizes];
}

function setAsideRow(entry: SetAside, id: number, receivedAtMs: number): DuckDBValue[] {
  return [
    BigInt(id),
    entry.list,
    BigInt(receivedAtMs),
    entry.agent,
    entry.epoch,
    bigintOrNull(entry.seq),
    entry.origin,
    entry.channel,
    bigintOrNull(entry.readAtMs),
    entry.raw.slice(0, MAX_RAW_CHARACTERS),
    entry.reasonCode,
    entry.reason,
    ...[null, null, null],
  ];
}

function knownChannelRow(channel: KnownChannel): DuckDBValue[] {
  const { id, meter, quantity, unit, resolution, capacityCounts, maxCountsPerHour } = channel;
  return [id, meter, quantity, unit, resolution, capacityCounts, maxCountsPerHour];
}

// A dead letter's time may be any number that came; what is no whole number is kept in `raw` only.
function bigintOrNull(value: number | null): bigint | null {
  return value !== null && Number.isSafeInteger(value) ? BigInt(value) : null;
}
