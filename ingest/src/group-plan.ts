import { ORIGIN_CODES, type Origin, QUALITY_CODES } from "@nightflow/domain";
import type {
  BatchMark,
  CommitRequest,
  KnownChannel,
  LastValue,
  ReadingStore,
  SetAside,
  SetAsideOutcome,
  SetAsideSettlement,
  StoredValue,
} from "@nightflow/storage";
import type { ChannelTable } from "./channel-table.ts";
import type { CheckedBatch, Row } from "./checked-batch.ts";
import type { IngestState, StateChange } from "./ingest-state.ts";
import { type PackedRows, packedRows, rowAt } from "./packed-rows.ts";
import { Baselines, flagsOf, isSuspect, judgeRegister } from "./plausibility.ts";
import { type Reason, rawOfRow, setAsideRow } from "./reasons.ts";
import { RowBlock } from "./row-block.ts";
import { TouchedChannels } from "./touched-channels.ts";
import type { Turns } from "./turns.ts";

/** One commit, and what it changes in memory once it is durable. */
export interface GroupPlan {
  readonly request: CommitRequest;
  readonly change: StateChange;
}

/** What a plan is made with. */
export interface PlanDeps {
  readonly state: IngestState;
  readonly table: ChannelTable;
  readonly store: ReadingStore;
  readonly turns: Turns;
}

const MISSING = QUALITY_CODES.missing;

const WORST_LAST: readonly SetAsideOutcome[] = ["repeat", "stored", "conflict", "quarantine", "dead_letter"];

/**
 * Plans one commit for batches of which none is stored yet: sorts out repeats and second values for one instant, and
 * judges registers by what came before them. Reads from the store only what memory cannot tell.
 */
export async function planGroup(
  batches: readonly CheckedBatch[],
  deps: PlanDeps,
  receivedAtMs: number,
): Promise<GroupPlan> {
  const { store, turns, state, table } = deps;
  const parts: { readonly batch: CheckedBatch; readonly packed: PackedRows }[] = [];
  await turns.each(batches, (batch) => parts.push({ batch, packed: packedRows(batch, table) }));
  state.channels.reserve(table);
  const unknown = new Unknowns(deps);
  await turns.each(parts, ({ packed }) => unknown.look(packed));
  const stored = await readInstants(unknown.instants, store);
  await learnBaselines(unknown.registers, deps);
  const rows = parts.reduce((sum, { packed }) => sum + packed.length, 0);
  const draft = new Draft(rows, deps, stored);
  await turns.each(parts, ({ batch, packed }) => draft.add(batch, packed));
  return draft.finish(receivedAtMs);
}

type Instant = { readonly channel: string; readonly readAtMs: number };

/** What a group needs to know that memory cannot tell. */
class Unknowns {
  readonly #deps: PlanDeps;
  /** A reading newer than everything of its channel is new for certain; only the others cost a query. */
  readonly instants: Instant[] = [];
  /** After a start memory holds no register values: those of the group's channels are read once, then kept. */
  readonly registers = new Set<number>();

  constructor(deps: PlanDeps) {
    this.#deps = deps;
  }

  look({ block, from, length }: PackedRows): void {
    const { table, state } = this.#deps;
    for (let at = from; at < from + length; at++) {
      const no = block.channelNos[at] ?? 0;
      const readAtMs = block.readAtMs[at] ?? 0;
      const newest = state.channels.newestReadAtMs(no, table);
      if (newest === Number.NEGATIVE_INFINITY) continue;
      if (readAtMs <= newest) this.instants.push({ channel: table.idOf(no), readAtMs });
      if (block.isRegister[at] === 1 && !state.channels.isLearnt(no)) this.registers.add(no);
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

async function learnBaselines(registers: ReadonlySet<number>, { store, state, table }: PlanDeps): Promise<void> {
  if (registers.size === 0) return;
  const numbers = new Map([...registers].map((no) => [table.idOf(no), no]));
  const last = (await store.lastValues([...numbers.keys()])).filter((value) => value.lastValueAtMs !== null);
  const values = await store.valuesAt(
    last.map(({ channel, lastValueAtMs }) => ({ channel, readAtMs: lastValueAtMs ?? 0 })),
  );
  for (const no of registers) state.channels.learn(no);
  last.forEach((value, i) => {
    state.channels.learn(numbers.get(value.channel) ?? 0, baselineFrom(value, values[i]));
  });
}

function baselineFrom({ lastValueAtMs }: LastValue, value: StoredValue | undefined): Baselines | undefined {
  if (lastValueAtMs === null || value === undefined || value.counts === null) return undefined;
  const baseline = new Baselines(1);
  const isGood = value.quality === QUALITY_CODES.good;
  const { goodAtMs, goodCounts, suspectAtMs, suspectCounts } = baseline;
  (isGood ? goodAtMs : suspectAtMs)[0] = lastValueAtMs;
  (isGood ? goodCounts : suspectCounts)[0] = value.counts;
  return baseline;
}

function keyOf(channel: string, readAtMs: number): string {
  return `${channel} ${readAtMs}`;
}

/** A commit while it is put together. Its block holds places of `TouchedChannels` for channel numbers. */
class Draft {
  readonly #deps: PlanDeps;
  readonly #stored: ReadonlyMap<string, StoredValue>;
  readonly #marks: BatchMark[] = [];
  readonly #block: RowBlock;
  readonly #channels: TouchedChannels;
  readonly #setAside: SetAside[] = [];
  /** Where the reading of an instant stands in `#block`; made when a reading first needs it, since most are new. */
  #taken: Map<string, number> | undefined;
  #repeats = 0;
  #unlisted = 0;
  readonly #settled = new Map<number, SetAsideSettlement>();

  /** @param rows how many readings will be added. */
  constructor(rows: number, deps: PlanDeps, stored: ReadonlyMap<string, StoredValue>) {
    this.#deps = deps;
    this.#stored = stored;
    this.#block = new RowBlock(rows);
    this.#channels = new TouchedChannels(deps.state.channels, deps.table, rows);
  }

  add(batch: CheckedBatch, packed: PackedRows): void {
    if (batch.mark !== null) this.#marks.push(batch.mark);
    for (const row of batch.setAside) {
      this.#setAside.push(row);
      this.#settle(batch, row, row.list);
    }
    this.#unlisted += batch.unlisted ?? 0;
    const { block, from, length } = packed;
    for (let at = from; at < from + length; at++) {
      const place = this.#channels.placeOf(block.channelNos[at] ?? 0);
      const isNew = (block.readAtMs[at] ?? 0) > (this.#channels.newestReadAtMs[place] ?? 0);
      const fate = isNew ? this.#accept(block, at, place) : this.#sort(batch, block, at, place);
      if (batch.replay !== undefined) this.#settle(batch, batch.rows[at - from], fate);
    }
  }

  finish(receivedAtMs: number): GroupPlan {
    const request: CommitRequest = {
      receivedAtMs,
      batches: this.#marks,
      readings: { ...this.#block.columns(this.#channels.ids()), channelKeys: this.#channels.numbers() },
      setAside: this.#setAside,
      repeats: this.#repeats,
      ...(this.#settled.size > 0 && { settled: [...this.#settled.values()] }),
      ...(this.#unlisted > 0 && { unlisted: this.#unlisted }),
    };
    return { request, change: { marks: this.#marks, channels: this.#channels } };
  }

  // A reading that is not newer than all others of its channel may be there already.
  #sort(batch: CheckedBatch, block: RowBlock, at: number, place: number): SetAsideOutcome {
    const key = this.#keyOf(block, at, place);
    const taken = this.#takenAt(key);
    const channel = this.#channelAt(place);
    const first = taken === undefined ? this.#stored.get(key) : rowAt(this.#block, taken, channel);
    const row = rowAt(block, at, channel);
    const fate = first === undefined ? "stored" : fateBeside(first, row);
    if (fate === "repeat") this.#repeats++;
    else if (first === undefined) this.#accept(block, at, place);
    else if (fate === "stored") this.#fillGap(block, at, place, taken);
    else this.#setAside.push(conflictOf(batch, first, row));
    return fate;
  }

  #settle({ replay }: CheckedBatch, row: Row | SetAside | undefined, outcome: SetAsideOutcome): void {
    const id = row && replay?.entryOf.get(row);
    if (replay === undefined || id === undefined) return;
    const before = this.#settled.get(id)?.outcome;
    // A payload of many readings is as good as its worst.
    if (before === undefined || WORST_LAST.indexOf(outcome) > WORST_LAST.indexOf(before))
      this.#settled.set(id, { id, outcome, decision: replay.decision });
  }

  // A value at the instant of a missing reading was read from the device's memory later. Within one commit it takes the
  // place of the gap; a gap stored earlier stays as it is and the store shows the value.
  #fillGap(block: RowBlock, at: number, place: number, taken: number | undefined): void {
    if (taken !== undefined) this.#repeats++;
    this.#accept(block, at, place, taken);
  }

  #accept(block: RowBlock, at: number, place: number, to = this.#block.used++): SetAsideOutcome {
    const rows = this.#block;
    rows.copy(to, block, at);
    rows.channelNos[to] = place;
    if (rows.isRegister[to] === 1 && rows.qualities[to] !== MISSING) this.#judge(to, place);
    this.#taken?.set(this.#keyOf(rows, to, place), to);
    const readAtMs = rows.readAtMs[to] ?? 0;
    if (readAtMs > (this.#channels.newestReadAtMs[place] ?? 0)) this.#channels.newestReadAtMs[place] = readAtMs;
    return "stored";
  }

  #judge(row: number, place: number): void {
    const verdict = judgeRegister(this.#channelAt(place), this.#channels.baselines, place, this.#block, row);
    if (verdict === 0) return;
    if (isSuspect(verdict)) this.#block.qualities[row] = QUALITY_CODES.suspect;
    this.#block.flags[row] = (this.#block.flags[row] ?? 0) | flagsOf(verdict);
  }

  #takenAt(key: string): number | undefined {
    this.#taken ??= new Map(
      Array.from({ length: this.#block.used }, (_, row) => [
        this.#keyOf(this.#block, row, this.#block.channelNos[row] ?? 0),
        row,
      ]),
    );
    return this.#taken.get(key);
  }

  #keyOf(block: RowBlock, at: number, place: number): string {
    return keyOf(this.#deps.table.idOf(this.#channels.numberAt(place)), block.readAtMs[at] ?? 0);
  }

  #channelAt(place: number): KnownChannel {
    return this.#deps.table.channelOf(this.#channels.numberAt(place));
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
  return setAsideRow(source, reason, { channel: row.channel.id, readAtMs: row.readAtMs, raw: rawOfRow(row) });
}
