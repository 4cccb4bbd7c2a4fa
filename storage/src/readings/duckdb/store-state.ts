import type { DuckDBConnection, DuckDBDataChunk } from "@duckdb/node-api";
import { EMPTY_MARK, type Mark, markWith, QUALITY_CODES } from "@nightflow/domain";
import type {
  BatchMark,
  KnownChannel,
  LastValue,
  LastValueColumns,
  SetAsideList,
  StoreCounts,
  StoredMark,
} from "../../ports.ts";
import { blankColumns } from "../reading-columns.ts";
import { ChannelNumbers, type NumberedChannel } from "./channel-numbers.ts";
import type { JournalEntry, NumberedReadings } from "./journal/journal-record.ts";
import { type LastValueArrays, LastValueTable } from "./last-value-table.ts";
import { loadSegments, Segments } from "./segments.ts";
import { chunksOf, columnSlice, rowsOfResult } from "./vectors.ts";

/** A state as it travels to another thread. */
export interface StateSnapshot {
  readonly channels: readonly NumberedChannel[];
  readonly marks: readonly StoredMark[];
  readonly last: LastValueArrays;
  readonly counts: StoreCounts;
  readonly lastSetAsideId: number;
}

/**
 * What the owner of a store file keeps in memory: numbers of channels, marks, last values, counts. It changes only
 * after the file has, so that nothing here is ahead of what is durable.
 */
export class StoreState {
  /** Shared with whoever gives the numbers: a channel may have one here before the file knows it. */
  readonly numbers: ChannelNumbers;
  readonly #marks = new Map<string, StoredMark>();
  #last = new LastValueTable();
  readonly known = new Map<string, KnownChannel>();
  #counts: StoreCounts = { stored: 0, deadLetters: 0, quarantined: 0, conflicts: 0, repeats: 0, lastCommit: 0 };
  lastSetAsideId = 0;
  /** Tables that hold the readings. */
  segments = new Segments([]);
  /** Readings in the tail that takes commits. */
  openReadings = 0;
  /** Hourly roll-ups are kept of all commits up to this one. */
  rolledUpTo = 0;
  /** Last values and marks are kept in the file as of this commit. */
  foldedTo = 0;
  /** Whether retention has deleted readings whose roll-ups stay. */
  hasForgotten = false;
  /** How far each consumer of the feed has read. */
  readonly cursors = new Map<string, number>();

  constructor(numbers: ChannelNumbers) {
    this.numbers = numbers;
  }

  /** As `branch`, for another thread. */
  snapshot(): StateSnapshot {
    const channels = this.numbers.all();
    const { lastSetAsideId, counts } = this;
    return { channels, marks: this.marks(), last: this.#last.snapshot(), counts, lastSetAsideId };
  }

  /** What another thread's state told of itself. */
  static of({ channels, marks, last, counts, lastSetAsideId }: StateSnapshot): StoreState {
    const numbers = new ChannelNumbers();
    numbers.add(channels);
    const state = new StoreState(numbers);
    state.setMarks(marks);
    state.#last = LastValueTable.of(last);
    state.#counts = counts;
    state.lastSetAsideId = lastSetAsideId;
    return state;
  }

  /** Numbers, marks, last values and counts as they are now, to go on from by themselves. */
  branch(): StoreState {
    const state = new StoreState(this.numbers);
    state.setMarks(this.marks());
    state.#last = this.#last.copy();
    state.#counts = this.#counts;
    state.lastSetAsideId = this.lastSetAsideId;
    return state;
  }

  get counts(): StoreCounts {
    return this.#counts;
  }

  get channelCount(): number {
    return this.numbers.size;
  }

  /** Ids by number. */
  channelIds(): string[] {
    return this.numbers.ids;
  }

  channel(id: string): NumberedChannel | undefined {
    return this.numbers.of(id);
  }

  channelByNo(no: number): NumberedChannel | undefined {
    return this.numbers.at(no);
  }

  lastValue(channel: string): LastValue | undefined {
    return this.#last.get(this.channel(channel)?.no ?? -1, channel);
  }

  newestReadAt(channel: string): number | undefined {
    return this.newestAt(this.channel(channel)?.no ?? -1);
  }

  /** Time of the newest reading of a channel by its number; undefined when it has none. */
  newestAt(no: number): number | undefined {
    const newestMs = this.#last.newestAt(no);
    return Number.isNaN(newestMs) ? undefined : newestMs;
  }

  /** Time of the newest reading of all; -Infinity while there is none. */
  newestMs(): number {
    let newestMs = Number.NEGATIVE_INFINITY;
    for (let no = 0; no < this.channelCount; no++) newestMs = Math.max(newestMs, this.newestAt(no) ?? newestMs);
    return newestMs;
  }

  allLastValues(): LastValueColumns {
    return this.#last.columns(this.numbers.ids);
  }

  marks(): StoredMark[] {
    return [...this.#marks.values()];
  }

  markOf(agent: string, epoch: string): StoredMark | undefined {
    return this.#marks.get(markKey(agent, epoch));
  }

  /** Marks as they are once these batches are stored; one per agent and epoch. */
  marksAfter(batches: readonly BatchMark[]): StoredMark[] {
    const after = new Map<string, StoredMark>();
    for (const { agent, epoch, seq } of batches) {
      const key = markKey(agent, epoch);
      const before: Mark = after.get(key) ?? this.#marks.get(key) ?? EMPTY_MARK;
      after.set(key, { agent, epoch, ...markWith(before, seq) });
    }
    return [...after.values()];
  }

  /** The marks set last are listed last. */
  setMarks(marks: readonly StoredMark[]): void {
    for (const mark of marks) {
      const key = markKey(mark.agent, mark.epoch);
      this.#marks.delete(key);
      this.#marks.set(key, mark);
    }
  }

  setLastValue(no: number, value: LastValue): void {
    this.#last.set(no, value);
  }

  /** Takes over readings, which may be late. */
  takeReadings(readings: NumberedReadings): void {
    this.#last.take(readings, this.channelCount);
  }

  setCounts(counts: StoreCounts): void {
    this.#counts = counts;
  }

  /** Takes over a commit that is durable now. */
  committed(entry: JournalEntry): void {
    this.numbers.add(entry.fresh);
    this.setMarks(this.marksAfter(entry.batches));
    this.takeReadings(entry.readings);
    const onList = (list: SetAsideList) => entry.setAside.filter((entry) => entry.list === list).length;
    this.lastSetAsideId += entry.setAside.length;
    this.openReadings += entry.readings.length;
    this.#counts = {
      stored: this.#counts.stored + entry.readings.length,
      deadLetters: this.#counts.deadLetters + onList("dead_letter"),
      quarantined: this.#counts.quarantined + onList("quarantine") + (entry.unlisted ?? 0),
      conflicts: this.#counts.conflicts + onList("conflict"),
      repeats: this.#counts.repeats + entry.repeats,
      lastCommit: entry.no,
    };
  }
}

function markKey(agent: string, epoch: string): string {
  return `${agent} ${epoch}`;
}

/** The state of a store file, as of its last commit. */
export async function loadState(connection: DuckDBConnection, numbers: ChannelNumbers): Promise<StoreState> {
  const state = new StoreState(numbers);
  numbers.add(await loadChannels(connection));
  state.setMarks(await loadMarks(connection));
  state.setCounts(await loadCounts(connection));
  state.lastSetAsideId = await loadLastSetAsideId(connection);
  for (const channel of await loadKnownChannels(connection)) state.known.set(channel.id, channel);
  await loadSegmentsInto(connection, state);
  state.openReadings = await loadOpenReadings(connection, state);
  await loadUpkeep(connection, state);
  await loadLastValues(connection, state);
  return state;
}

/** Reads the list of segments anew into the state. */
export async function loadSegmentsInto(connection: DuckDBConnection, state: StoreState): Promise<void> {
  state.segments = await loadSegments(connection);
}

async function loadOpenReadings(connection: DuckDBConnection, { segments }: StoreState): Promise<number> {
  const result = await connection.run(`SELECT count(*)::DOUBLE AS rows FROM ${segments.open.table}`);
  return (await rowsOfResult<{ rows: number }>(result))[0]?.rows ?? 0;
}

async function loadUpkeep(connection: DuckDBConnection, state: StoreState): Promise<void> {
  const result = await connection.run(
    `SELECT (SELECT max(commit_no) FROM roll_up_state)::DOUBLE AS "rolledUpTo",
       (SELECT count(*) FROM raw_forgotten) > 0 AS "hasForgotten",
       coalesce((SELECT max(commit_no) FROM last_value), 0)::DOUBLE AS "foldedTo"`,
  );
  const [found] = await rowsOfResult<Pick<StoreState, "rolledUpTo" | "hasForgotten" | "foldedTo">>(result);
  Object.assign(state, found);
  const cursors = await connection.run("SELECT name, commit_no::DOUBLE AS cursor FROM consumer_cursor");
  for (const { name, cursor } of await rowsOfResult<{ name: string; cursor: number }>(cursors))
    state.cursors.set(name, cursor);
}

async function loadChannels(connection: DuckDBConnection): Promise<NumberedChannel[]> {
  const result = await connection.run(`SELECT no, id, is_register AS "isRegister" FROM channel ORDER BY no`);
  return rowsOfResult<NumberedChannel>(result);
}

async function loadMarks(connection: DuckDBConnection): Promise<StoredMark[]> {
  const result = await connection.run(
    `SELECT agent, epoch, arg_max(seq, commit_no) AS seq, arg_max(above, commit_no) AS above FROM mark
      GROUP BY agent, epoch ORDER BY max(commit_no), max(rowid)`,
  );
  const rows = await rowsOfResult<{ agent: string; epoch: string; seq: bigint; above: string }>(result);
  return rows.map((row) => ({ ...row, seq: Number(row.seq), above: JSON.parse(row.above) as number[] }));
}

async function loadCounts(connection: DuckDBConnection): Promise<StoreCounts> {
  const result = await connection.run(
    `SELECT coalesce(sum(stored), 0)::DOUBLE AS stored, coalesce(sum(dead_letters), 0)::DOUBLE AS "deadLetters",
       coalesce(sum(quarantined), 0)::DOUBLE AS quarantined, coalesce(sum(conflicts), 0)::DOUBLE AS conflicts,
       coalesce(sum(repeats), 0)::DOUBLE AS repeats, coalesce(max(no), 0)::DOUBLE AS "lastCommit" FROM commit_log`,
  );
  const [counts] = await rowsOfResult<StoreCounts>(result);
  if (counts === undefined) throw new RangeError("a sum gave no row");
  return { ...counts };
}

async function loadLastSetAsideId(connection: DuckDBConnection): Promise<number> {
  const result = await connection.run("SELECT coalesce(max(id), 0)::DOUBLE AS id FROM set_aside");
  return (await rowsOfResult<{ id: number }>(result))[0]?.id ?? 0;
}

async function loadKnownChannels(connection: DuckDBConnection): Promise<KnownChannel[]> {
  const result = await connection.run(
    `SELECT id, meter, quantity, unit, resolution, capacity_counts AS "capacityCounts",
       max_counts_per_hour AS "maxCountsPerHour" FROM known_channel ORDER BY id`,
  );
  return (await rowsOfResult<KnownChannel>(result)).map((row) => ({ ...row }));
}

// The last values kept in the file are those of some earlier commit; what was stored since is folded in.
async function loadLastValues(connection: DuckDBConnection, state: StoreState): Promise<void> {
  const kept = await connection.run(
    "SELECT channel_no, read_at_ms, counts, gauge, quality, flags, value_at_ms FROM last_value",
  );
  for await (const chunk of chunksOf(kept)) takeKept(chunk, state);
  const since = await connection.run(
    `SELECT channel_no, read_at_ms, counts, gauge, quality, flags
      FROM (${state.segments.commitsSql(state.foldedTo, state.counts.lastCommit)}) ORDER BY commit_no, row_no`,
  );
  for await (const chunk of chunksOf(since)) state.takeReadings(readingsOf(chunk, state.numbers));
}

function takeKept(chunk: DuckDBDataChunk, state: StoreState): void {
  const { channelNos, readAtMs, counts, gauges, isRegister, qualities, flags, length } = readingsOf(
    chunk,
    state.numbers,
  );
  const valueAt = columnSlice<BigInt64Array>(chunk, 6);
  for (let i = 0; i < length; i++) {
    const no = channelNos[i] ?? -1;
    const hasValue = qualities[i] !== QUALITY_CODES.missing;
    state.setLastValue(no, {
      channel: state.channelByNo(no)?.id ?? "",
      readAtMs: readAtMs[i] ?? Number.NaN,
      quality: qualities[i] ?? 0,
      counts: hasValue && isRegister[i] === 1 ? (counts[i] ?? null) : null,
      gauge: hasValue && isRegister[i] !== 1 ? (gauges[i] ?? null) : null,
      flags: flags[i] ?? 0,
      lastValueAtMs: valueAt.isNull(i) ? null : Number(valueAt.items[i]),
    });
  }
}

// channel_no, read_at_ms, counts, gauge, quality, flags
function readingsOf(chunk: DuckDBDataChunk, numbers: ChannelNumbers): NumberedReadings {
  const { channels: _, ...readings } = blankColumns(chunk.rowCount, []);
  const counts = columnSlice<BigInt64Array>(chunk, 2);
  const gauges = columnSlice<Float64Array>(chunk, 3);
  readings.channelNos.set(columnSlice<Int32Array>(chunk, 0).items.subarray(0, chunk.rowCount));
  readings.qualities.set(columnSlice<Uint8Array>(chunk, 4).items.subarray(0, chunk.rowCount));
  readings.flags.set(columnSlice<Uint32Array>(chunk, 5).items.subarray(0, chunk.rowCount));
  const readAt = columnSlice<BigInt64Array>(chunk, 1).items;
  for (let i = 0; i < chunk.rowCount; i++) {
    readings.readAtMs[i] = Number(readAt[i]);
    const isRegister = !counts.isNull(i) || (gauges.isNull(i) && numbers.at(readings.channelNos[i] ?? -1)?.isRegister);
    readings.isRegister[i] = isRegister ? 1 : 0;
    if (!counts.isNull(i)) readings.counts[i] = counts.items[i] ?? 0n;
    if (!gauges.isNull(i)) readings.gauges[i] = gauges.items[i] ?? Number.NaN;
  }
  return readings;
}
