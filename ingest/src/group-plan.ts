import { ORIGIN_CODES, type Origin, QUALITY_CODES } from "@nightflow/domain";
import type {
  BatchMark,
  CommitRequest,
  LastValue,
  ReadingStore,
  SetAside,
  SetAsideOutcome,
  SetAsideSettlement,
  StoredValue,
} from "@nightflow/storage";
import type { CheckedBatch, Row } from "./checked-batch.ts";
import { columnsOf } from "./columns.ts";
import type { IngestState, StateChange } from "./ingest-state.ts";
import { type Baseline, judgeRegister, NO_BASELINE } from "./plausibility.ts";
import { type Reason, rawOfRow, setAsideRow } from "./reasons.ts";
import type { Turns } from "./turns.ts";

/** One commit, and what it changes in memory once it is durable. */
export interface GroupPlan {
  readonly request: CommitRequest;
  readonly change: StateChange;
}

const MISSING = QUALITY_CODES.missing;

const WORST_LAST: readonly SetAsideOutcome[] = ["repeat", "stored", "conflict", "quarantine", "dead_letter"];

/**
 * Plans one commit for batches of which none is stored yet: sorts out repeats and second values for one instant, and
 * judges registers by what came before them. Reads from the store only what memory cannot tell.
 */
export async function planGroup(
  batches: readonly CheckedBatch[],
  state: IngestState,
  store: ReadingStore,
  receivedAtMs: number,
  turns: Turns,
): Promise<GroupPlan> {
  const unknown = new Unknowns(state);
  for (const batch of batches) await turns.run(() => unknown.look(batch));
  const stored = await readInstants(unknown.instants, store);
  await learnBaselines([...unknown.registers], state, store);
  const draft = new Draft(state, stored);
  for (const batch of batches) await turns.run(() => draft.add(batch));
  return draft.finish(receivedAtMs, turns);
}

type Instant = { readonly channel: string; readonly readAtMs: number };

/** What a group needs to know that memory cannot tell. */
class Unknowns {
  readonly #state: IngestState;
  /** A reading newer than everything of its channel is new for certain; only the others cost a query. */
  readonly instants: Instant[] = [];
  /** After a start memory holds no register values: those of the group's channels are read once, then kept. */
  readonly registers = new Set<string>();

  constructor(state: IngestState) {
    this.#state = state;
  }

  look(batch: CheckedBatch): void {
    for (const row of batch.rows) {
      const { id } = row.channel;
      const newest = this.#state.newestReadAt(id);
      if (newest === Number.NEGATIVE_INFINITY) continue;
      if (row.readAtMs <= newest) this.instants.push(instantOf(row));
      if (row.isRegister && this.#state.baselineOf(id) === undefined) this.registers.add(id);
    }
  }
}

async function readInstants(instants: readonly Instant[], store: ReadingStore): Promise<Map<string, StoredValue>> {
  const found = new Map<string, StoredValue>();
  if (instants.length === 0) return found;
  const values = await store.valuesAt(instants);
  instants.forEach(({ channel, readAtMs }, i) => {
    const value = values[i];
    if (value !== undefined) found.set(keyOf(channel, readAtMs), value);
  });
  return found;
}

async function learnBaselines(channels: readonly string[], state: IngestState, store: ReadingStore): Promise<void> {
  if (channels.length === 0) return;
  const last = (await store.lastValues(channels)).filter((value) => value.lastValueAtMs !== null);
  const values = await store.valuesAt(
    last.map(({ channel, lastValueAtMs }) => ({ channel, readAtMs: lastValueAtMs ?? 0 })),
  );
  for (const channel of channels) state.learnBaseline(channel, NO_BASELINE);
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

function instantOf(row: Row): Instant {
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
  /** Where the reading of an instant stands in `#rows`; made when a reading first needs it, since most are new. */
  #places: Map<string, number> | undefined;
  readonly #newestReadAt = new Map<string, number>();
  readonly #baselines = new Map<string, Baseline>();
  #repeats = 0;
  #unlisted = 0;
  readonly #settled = new Map<number, SetAsideSettlement>();

  constructor(state: IngestState, stored: ReadonlyMap<string, StoredValue>) {
    this.#state = state;
    this.#stored = stored;
  }

  add(batch: CheckedBatch): void {
    if (batch.mark !== null) this.#marks.push(batch.mark);
    for (const row of batch.setAside) {
      this.#setAside.push(row);
      this.#settle(batch, row, row.list);
    }
    this.#unlisted += batch.unlisted ?? 0;
    for (const row of batch.rows) this.#sort(batch, row);
  }

  async finish(receivedAtMs: number, turns: Turns): Promise<GroupPlan> {
    const request: CommitRequest = {
      receivedAtMs,
      batches: this.#marks,
      readings: await columnsOf(this.#rows, turns),
      setAside: this.#setAside,
      repeats: this.#repeats,
      ...(this.#settled.size > 0 && { settled: [...this.#settled.values()] }),
      ...(this.#unlisted > 0 && { unlisted: this.#unlisted }),
    };
    return {
      request,
      change: { marks: this.#marks, newestReadAt: this.#newestReadAt, baselines: this.#baselines },
    };
  }

  #sort(batch: CheckedBatch, row: Row): void {
    const place = this.#placeOf(row);
    const first = place === undefined ? this.#storedAt(row) : this.#rows[place];
    const fate = first === undefined ? "stored" : fateBeside(first, row);
    if (fate === "repeat") this.#repeats++;
    else if (first === undefined) this.#accept(row, undefined);
    else if (fate === "stored") this.#fillGap(row, place);
    else this.#setAside.push(conflictOf(batch, first, row));
    this.#settle(batch, row, fate);
  }

  #settle({ replay }: CheckedBatch, row: Row | SetAside, outcome: SetAsideOutcome): void {
    const id = replay?.entryOf.get(row);
    if (replay === undefined || id === undefined) return;
    const before = this.#settled.get(id)?.outcome;
    // A payload of many readings is as good as its worst.
    if (before === undefined || WORST_LAST.indexOf(outcome) > WORST_LAST.indexOf(before))
      this.#settled.set(id, { id, outcome, decision: replay.decision });
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
    this.#places?.set(keyOf(id, row.readAtMs), at);
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

  #placeOf(row: Row): number | undefined {
    const newest = this.#newestReadAt.get(row.channel.id) ?? this.#state.newestReadAt(row.channel.id);
    if (row.readAtMs > newest) return undefined;
    this.#places ??= new Map(this.#rows.map(({ channel, readAtMs }, i) => [keyOf(channel.id, readAtMs), i]));
    return this.#places.get(keyOf(row.channel.id, row.readAtMs));
  }

  #storedAt(row: Row): StoredValue | undefined {
    return this.#stored.size === 0 ? undefined : this.#stored.get(keyOf(row.channel.id, row.readAtMs));
  }
}

type Value = { readonly counts: bigint | null; readonly gauge: number | null };

function isSameValue(first: Value, row: Row): boolean {
  return row.isRegister ? first.counts === row.counts : first.gauge === row.gauge;
}

// What becomes of a reading at whose instant there is one already.
function fateBeside(first: Value & { readonly quality: number }, row: Row): "stored" | "repeat" | "conflict" {
  if (row.quality === MISSING) return "repeat";
  if (first.quality === MISSING) return "stored";
  return isSameValue(first, row) ? "repeat" : "conflict";
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
  return setAsideRow(source, reason, { ...instantOf(row), raw: rawOfRow(row) });
}
