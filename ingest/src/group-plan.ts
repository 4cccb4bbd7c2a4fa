import { ORIGIN_CODES, type Origin, QUALITY_CODES } from "@nightflow/domain";
import type { BatchMark, CommitRequest, LastValue, ReadingStore, SetAside, StoredValue } from "@nightflow/storage";
import type { CheckedBatch, Row } from "./checked-batch.ts";
import { columnsOf } from "./columns.ts";
import type { IngestState, StateChange } from "./ingest-state.ts";
import { type Baseline, judgeRegister, NO_BASELINE } from "./plausibility.ts";
import { type Reason, rawOfReading, setAsideRow } from "./reasons.ts";
import { Turns } from "./turns.ts";

/** One commit, and what it changes in memory once it is durable. */
export interface GroupPlan {
  readonly request: CommitRequest;
  readonly change: StateChange;
}

const MISSING = QUALITY_CODES.missing;

/**
 * Plans one commit for batches of which none is stored yet: sorts out repeats and second values for one instant, and
 * judges registers by what came before them. Reads from the store only what memory cannot tell.
 */
export async function planGroup(
  batches: readonly CheckedBatch[],
  state: IngestState,
  store: ReadingStore,
  receivedAtMs: number,
): Promise<GroupPlan> {
  const turns = new Turns();
  const stored = await storedValuesOf(batches, state, store);
  await learnBaselines(batches, state, store);
  const draft = new Draft(state, stored);
  for (const batch of batches) {
    await turns.yieldWhenDue();
    draft.add(batch);
  }
  await turns.yieldWhenDue();
  return draft.finish(receivedAtMs);
}

// A reading newer than everything of its channel is new for certain; only the others cost a query.
async function storedValuesOf(
  batches: readonly CheckedBatch[],
  state: IngestState,
  store: ReadingStore,
): Promise<Map<string, StoredValue>> {
  const late = batches.flatMap(({ rows }) =>
    rows.filter((row) => row.readAtMs <= state.newestReadAt(row.channel.id)).map(instantOf),
  );
  if (late.length === 0) return new Map();
  const values = await store.valuesAt(late);
  const found = new Map<string, StoredValue>();
  late.forEach(({ channel, readAtMs }, i) => {
    const value = values[i];
    if (value !== undefined) found.set(keyOf(channel, readAtMs), value);
  });
  return found;
}

// After a start memory holds no register values: those of the group's channels are read once, then kept.
async function learnBaselines(
  batches: readonly CheckedBatch[],
  state: IngestState,
  store: ReadingStore,
): Promise<void> {
  const wanted = new Set<string>();
  for (const { rows } of batches)
    for (const { channel, isRegister } of rows)
      if (isRegister && state.baselineOf(channel.id) === undefined && Number.isFinite(state.newestReadAt(channel.id)))
        wanted.add(channel.id);
  if (wanted.size === 0) return;
  const last = (await store.lastValues([...wanted])).filter((value) => value.lastValueAtMs !== null);
  const values = await store.valuesAt(
    last.map(({ channel, lastValueAtMs }) => ({ channel, readAtMs: lastValueAtMs ?? 0 })),
  );
  for (const channel of wanted) state.learnBaseline(channel, NO_BASELINE);
  last.forEach((value, i) => {
    state.learnBaseline(value.channel, baselineFrom(value, values[i]));
  });
}

function baselineFrom({ lastValueAtMs }: LastValue, value: StoredValue | undefined): Baseline {
  if (lastValueAtMs === null || value === undefined || value.counts === null) return NO_BASELINE;
  const point = { atMs: lastValueAtMs, counts: value.counts };
  return value.quality === QUALITY_CODES.good
    ? { good: point, suspect: undefined }
    : { good: undefined, suspect: point };
}

function instantOf(row: Row): { channel: string; readAtMs: number } {
  return { channel: row.channel.id, readAtMs: row.readAtMs };
}

function keyOf(channel: string, readAtMs: number): string {
  return `${channel} ${readAtMs}`;
}

/** A commit while it is put together. */
class Draft {
  readonly #state: IngestState;
  readonly #stored: ReadonlyMap<string, StoredValue>;
  readonly #marks: BatchMark[] = [];
  readonly #rows: Row[] = [];
  readonly #setAside: SetAside[] = [];
  /** Where the reading of an instant stands in `#rows`. */
  readonly #places = new Map<string, Map<number, number>>();
  readonly #newestReadAt = new Map<string, number>();
  readonly #baselines = new Map<string, Baseline>();
  #repeats = 0;

  constructor(state: IngestState, stored: ReadonlyMap<string, StoredValue>) {
    this.#state = state;
    this.#stored = stored;
  }

  add(batch: CheckedBatch): void {
    if (batch.mark !== null) this.#marks.push(batch.mark);
    for (const row of batch.setAside) this.#setAside.push(row);
    for (const row of batch.rows) this.#sort(batch, row);
  }

  finish(receivedAtMs: number): GroupPlan {
    const request: CommitRequest = {
      receivedAtMs,
      batches: this.#marks,
      readings: columnsOf(this.#rows),
      setAside: this.#setAside,
      repeats: this.#repeats,
    };
    return {
      request,
      change: { marks: this.#marks, newestReadAt: this.#newestReadAt, baselines: this.#baselines },
    };
  }

  #sort(batch: CheckedBatch, row: Row): void {
    const place = this.#places.get(row.channel.id)?.get(row.readAtMs);
    const first = place === undefined ? this.#storedAt(row) : this.#rows[place];
    if (first === undefined) this.#accept(row, undefined);
    else if (row.quality === MISSING) this.#repeats++;
    else if (first.quality === MISSING) this.#fillGap(row, place);
    else if (isSameValue(first, row)) this.#repeats++;
    else this.#setAside.push(conflictOf(batch, first, row));
  }

  // A value at the instant of a missing reading was read from the device's memory later. Within one commit it takes the
  // place of the gap; a gap stored earlier stays as it is and the store shows the value.
  #fillGap(row: Row, place: number | undefined): void {
    if (place !== undefined) this.#repeats++;
    this.#accept(row, place);
  }

  #accept(row: Row, place: number | undefined): void {
    const judged = row.isRegister && row.quality !== MISSING ? this.#judge(row) : row;
    const at = place ?? this.#rows.length;
    this.#rows[at] = judged;
    const { id } = row.channel;
    const places = this.#places.get(id) ?? new Map<number, number>();
    this.#places.set(id, places.set(row.readAtMs, at));
    if (row.readAtMs > (this.#newestReadAt.get(id) ?? this.#state.newestReadAt(id)))
      this.#newestReadAt.set(id, row.readAtMs);
  }

  #judge(row: Row): Row {
    const { id } = row.channel;
    const before = this.#baselines.get(id) ?? this.#state.baselineOf(id) ?? NO_BASELINE;
    const point = { atMs: row.readAtMs, counts: row.counts };
    const verdict = judgeRegister(row.channel, before, point, row.quality === QUALITY_CODES.good);
    if (verdict.baseline !== before) this.#baselines.set(id, verdict.baseline);
    if (!verdict.isSuspect && verdict.flags === 0) return row;
    const quality = verdict.isSuspect ? QUALITY_CODES.suspect : row.quality;
    return { ...row, quality, flags: (row.flags | verdict.flags) >>> 0 };
  }

  #storedAt(row: Row): StoredValue | undefined {
    return this.#stored.size === 0 ? undefined : this.#stored.get(keyOf(row.channel.id, row.readAtMs));
  }
}

type Value = { readonly counts: bigint | null; readonly gauge: number | null };

function isSameValue(first: Value, row: Row): boolean {
  return row.isRegister ? first.counts === row.counts : first.gauge === row.gauge;
}

function conflictOf({ agent, mark }: CheckedBatch, first: Value, row: Row): SetAside {
  const origin: Origin = row.origin === ORIGIN_CODES.import ? "import" : "live";
  const stays = row.isRegister ? first.counts : first.gauge;
  const reason: Reason = {
    list: "conflict",
    code: "SECOND_VALUE",
    text: `${row.channel.id} already holds ${stays} at this instant; the first value stays`,
  };
  const source = { agent, epoch: mark?.epoch ?? null, seq: mark?.seq ?? null, origin };
  return setAsideRow(source, reason, { ...instantOf(row), raw: rawOfReading(row.wire) });
}
