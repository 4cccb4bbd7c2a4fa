import { randomBytes } from "node:crypto";
import { type Ack, type Clock, describeError, Epoch, type Reading } from "@nightflow/domain";
import type { Logger } from "pino";
import { Backoff } from "../backoff.ts";
import { realTimers, type Timers } from "../timers.ts";
import { batched, listText, type Piece, piecesOf, type StoredHead, storedText, TextBatch } from "./batch-text.ts";
import { type Disk, nodeDisk } from "./disk.ts";
import { FillRate } from "./fill-rate.ts";
import { encodeFrame, encodeTextFrame, FRAME_KINDS } from "./frame.ts";
import { type Cursor, type Due, type HeldRange, Ledger } from "./ledger.ts";
import type { OutboxFill, OutboxLimits, TakenBatch } from "./limits.ts";
import { RecentBatches } from "./recent-batches.ts";
import { recoverFolder } from "./recovery.ts";
import type { Place, Segment } from "./segment.ts";
import { SegmentRow } from "./segment-row.ts";
import type { SegmentHeader } from "./segment-schema.ts";

export interface OutboxDeps {
  readonly folder: string;
  readonly limits: OutboxLimits;
  readonly logger: Logger;
  /** Business time, by which readings grow too old; without it none does. */
  readonly clock?: Clock;
  readonly timers?: Timers;
  /** The machine's own when left out. */
  readonly disk?: Disk;
}

const BATCHES_PER_WRITE = 16;
const SEGMENT_BYTES_MAX = 4 * 1024 * 1024;
/** A few seconds of a busy agent: what is sent at once need not be read back. */
const RECENT_CHARS = 4 * 1024 * 1024;
const ALARM_SHARE = 0.8;
const DAY_MS = 86_400_000;
/** Readings that wait for a disk which does not write; beyond it new ones are given up, for memory has a bound too. */
const MAX_WAITING = 100_000;

/** A batch on its way to the disk. */
interface WrittenBatch {
  readonly head: StoredHead;
  readonly readings: number;
  readonly text: string;
}

/**
 * The durable copy of every reading between the meter and the store. A reading is *taken* once `flush` has synced it;
 * only what is taken is offered for sending, and only an end-to-end ack lets it go.
 */
export class Outbox {
  readonly #limits: OutboxLimits;
  readonly #logger: Logger;
  readonly #timers: Timers;
  readonly #ledger = new Ledger();
  readonly #recent = new RecentBatches(RECENT_CHARS);
  readonly #segments: SegmentRow;
  readonly #clock: Clock | undefined;
  readonly #rate = new FillRate();
  readonly #retry = new Backoff({ firstMs: 200, maxMs: 10_000 });
  #damagedStretches: number;
  #epoch: Epoch;
  #nextSeq: number;
  #dropped: number;
  #taken: number;
  #waiting: Piece[] = [];
  #waitingReadings = 0;
  #cancelFlush: (() => void) | undefined;
  #work: Promise<unknown> = Promise.resolve();
  #onTaken: () => void = () => undefined;
  #wasAlarm = false;
  /** Whether the newest segment was begun by this run. Only then may it be written to. */
  #hasBegun = false;
  #isClosed = false;

  private constructor(deps: OutboxDeps, recovered: Awaited<ReturnType<typeof recoverFolder>>) {
    this.#limits = deps.limits;
    this.#logger = deps.logger;
    this.#timers = deps.timers ?? realTimers;
    this.#clock = deps.clock;
    this.#segments = new SegmentRow(deps.disk ?? nodeDisk, deps.folder, recovered);
    this.#epoch = recovered.epoch ?? newEpoch();
    this.#nextSeq = recovered.nextSeq;
    this.#dropped = recovered.dropped;
    this.#taken = recovered.taken;
    this.#damagedStretches = recovered.damagedStretches;
    for (const entry of recovered.entries) this.#ledger.append(entry);
  }

  /** Opens the outbox of a folder, mending what the last run left. */
  static async open(deps: OutboxDeps): Promise<Outbox> {
    const outbox = new Outbox(deps, await recoverFolder(deps.disk ?? nodeDisk, deps.folder, deps.logger));
    await outbox.#exclusively(async () => {
      await outbox.#tryBegin();
      await outbox.#removeSpent();
    });
    return outbox;
  }

  /** Epoch of the batches that are written now. */
  get epoch(): Epoch {
    return this.#epoch;
  }

  /** Seq of the newest batch; 0 when the epoch has none. */
  get lastSeq(): number {
    return this.#nextSeq - 1;
  }

  /** Calls `listener` after each flush that took something. One listener. */
  onTaken(listener: () => void): void {
    this.#onTaken = listener;
  }

  /** Lets readings wait for the next flush. They are not taken before that. */
  add(readings: readonly Reading[]): void {
    if (this.#isClosed) return;
    const room = Math.max(0, MAX_WAITING - this.#waitingReadings);
    const taken = readings.length > room ? readings.slice(0, room) : readings;
    for (const piece of piecesOf(taken, this.#limits.maxBatch)) this.#waiting.push(piece);
    this.#waitingReadings += taken.length;
    if (readings.length > room) this.#countDropped(readings.length - room, "the disk does not write");
    this.#cancelFlush ??= this.#timers.after(this.#limits.flushMs, () => void this.flush());
  }

  /** Writes and syncs what waits; resolves when that is done or has failed and will be tried again. */
  flush(): Promise<void> {
    this.#cancelFlush?.();
    this.#cancelFlush = undefined;
    return this.#exclusively(() => this.#takeWaiting());
  }

  /** The next batch to send behind `after`; the oldest one held without it. */
  next(after?: Cursor): Due | undefined {
    return this.#ledger.next(after);
  }

  /** A batch's content; undefined when it was acknowledged meanwhile. */
  load(due: Due): Promise<TakenBatch | undefined> {
    return this.#exclusively(async () => {
      const place = this.#ledger.find(due);
      if (place === undefined) return undefined;
      const { epoch, seq } = due;
      if (place === "hollow") return { epoch, seq, origin: "live", readings: [] };
      const recent = this.#recent.take(epoch, seq);
      if (recent !== undefined) return new TextBatch({ epoch, seq, origin: "live" }, recent);
      return (await place.segment.read(place).catch(undefinedWhenGone)) ?? this.#lostOnDisk(due);
    });
  }

  /** Deletes what an end-to-end ack covers. */
  acknowledge(ack: Ack): void {
    const released = this.#ledger.acknowledge(ack);
    for (const { place } of released) if (place !== null) place.segment.held--;
    this.#closeGap(ack);
    const isAhead = ack.epoch === this.#epoch && ack.seq > this.lastSeq;
    if (isAhead) this.#inBackground(() => this.#renewEpoch(ack));
    if (released.length > 0) this.#inBackground(() => this.#removeSpent());
  }

  fill(): OutboxFill {
    const { bytes } = this.#segments;
    const { maxBytes } = this.#limits;
    return {
      records: this.#ledger.records,
      bytes,
      maxBytes,
      oldestReadAt: this.#ledger.oldestReadAt(),
      dropped: this.#dropped,
      taken: this.#taken,
      alarm: bytes >= maxBytes * ALARM_SHARE,
      policy: this.#limits.policy,
      holdsH: this.#rate.hoursOf(Math.max(0, maxBytes - bytes)),
      damagedStretches: this.#damagedStretches,
    };
  }

  /** Takes what waits and closes the files. */
  async close(): Promise<void> {
    await this.flush();
    this.#isClosed = true;
    this.#cancelFlush?.();
    await this.#exclusively(async () => {
      await this.#sayClosed();
      await this.#segments.close();
    });
  }

  /** Runs one piece of file work after the other; a failed one does not stop the next. */
  #exclusively<Result>(work: () => Promise<Result>): Promise<Result> {
    const done = this.#work.then(work, work);
    this.#work = done.catch(() => undefined);
    return done;
  }

  #inBackground(work: () => Promise<void>): void {
    this.#exclusively(work).catch((error: unknown) =>
      this.#logger.error({ error: describeError(error) }, "outbox: work on its files failed"),
    );
  }

  async #takeWaiting(): Promise<void> {
    try {
      while (this.#waiting.length > 0) {
        const batches = batched(this.#waiting, this.#limits.maxBatch).slice(0, BATCHES_PER_WRITE);
        const pieces = batches.reduce((total, batch) => total + batch.length, 0);
        this.#waitingReadings -= await this.#write(batches);
        this.#waiting.splice(0, pieces);
      }
      this.#retry.reset();
      await this.#giveUpAged();
    } catch (error) {
      const waiting = this.#waitingReadings;
      this.#logger.error({ error: describeError(error), waiting }, "outbox: the disk did not take readings; they wait");
      this.#cancelFlush ??= this.#timers.after(this.#retry.next(), () => void this.flush());
    }
    this.#watchFill();
  }

  /** Writes batches and gives how many readings they had, written or given up. */
  async #write(chosen: readonly (readonly Piece[])[]): Promise<number> {
    const batches = chosen.map((pieces, at) => this.#batchOf(pieces, this.#nextSeq + at));
    const readings = batches.reduce((total, batch) => total + batch.readings, 0);
    const frames = batches.map(({ head, text }) => encodeTextFrame(FRAME_KINDS.batch, storedText(head, text)));
    const bytes = frames.reduce((total, frame) => total + frame.length, 0);
    if (!(await this.#makeRoom(bytes))) {
      this.#countDropped(readings, "the outbox is full");
      return readings;
    }
    const segment = this.#segments.newest;
    let offset = await segment.append(Buffer.concat(frames));
    for (const [at, batch] of batches.entries()) {
      const length = frames[at]?.length ?? 0;
      this.#hold(batch, { segment, offset, length });
      offset += length;
    }
    this.#rate.add(bytes);
    this.#nextSeq += batches.length;
    this.#taken += readings;
    this.#onTaken();
    return readings;
  }

  #hold({ head, readings, text }: WrittenBatch, place: Place): void {
    const { epoch, seq, oldestReadAt } = head;
    this.#ledger.append({ epoch, fromSeq: seq, toSeq: seq, readings, oldestReadAt, place });
    this.#recent.add(epoch, seq, text);
    place.segment.held++;
  }

  #batchOf(pieces: readonly Piece[], seq: number): WrittenBatch {
    const oldestReadAt = Math.min(...pieces.map((piece) => piece.oldestReadAt));
    const head = { epoch: this.#epoch, seq, origin: "live", oldestReadAt } as const;
    const readings = pieces.reduce((total, piece) => total + piece.readings, 0);
    return { head, readings, text: listText(pieces) };
  }

  #lostOnDisk({ epoch, seq }: Due): TakenBatch {
    this.#damagedStretches++;
    this.#logger.error(
      { epoch, seq },
      "outbox: a batch cannot be read back from the disk; an empty one is sent instead",
    );
    return { epoch, seq, origin: "live", readings: [] };
  }

  /** Makes room for some bytes under the policy; false when they must not be written. */
  async #makeRoom(bytes: number): Promise<boolean> {
    if (!this.#hasBegun) await this.#beginSegment();
    const segmentBytes = Math.min(SEGMENT_BYTES_MAX, Math.floor(this.#limits.maxBytes / 16));
    const { newest } = this.#segments;
    if (newest.bytes + bytes > segmentBytes && !newest.isFresh) await this.#beginSegment();
    await this.#removeSpent();
    while (this.fill().bytes + bytes > this.#limits.maxBytes) {
      if (this.#limits.policy === "stop" || !(await this.#giveUpOldest())) return false;
    }
    return true;
  }

  /** Where the count of what was given up keeps a spent segment, a new one takes the count over, so that space is freed. */
  async #removeSpent(): Promise<void> {
    if (!(await this.#segments.removeSpent())) return;
    await this.#tryBegin();
    await this.#segments.removeSpent();
  }

  /** Under `dropOldest` gives up segments whose readings have all waited too long. */
  async #giveUpAged(): Promise<void> {
    if (this.#clock === undefined || this.#limits.policy === "stop") return;
    const tooOldAt = this.#clock.now() - this.#limits.maxAgeDays * DAY_MS;
    for (const segment of this.#segments.older) {
      const held = this.#ledger.heldIn(segment);
      if (held === undefined || held.readings === 0) continue;
      if (held.newestReadAt === null || held.newestReadAt >= tooOldAt) return;
      await this.#giveUp(segment, held, "they have waited too long");
    }
  }

  /** Gives up the oldest segment that still holds readings; false when there is none but the one being written. */
  async #giveUpOldest(): Promise<boolean> {
    for (const segment of this.#segments.older) {
      const held = this.#ledger.heldIn(segment);
      if (held === undefined || held.readings === 0) continue;
      await this.#giveUp(segment, held, "the outbox is full, the oldest give way");
      return true;
    }
    return false;
  }

  async #giveUp(segment: Segment, { readings, newestReadAt: _, ...range }: HeldRange, why: string): Promise<void> {
    const { epoch, fromSeq } = range;
    const header = { ...this.#header(), epoch, firstSeq: fromSeq, dropped: this.#dropped + readings };
    const hollow = await this.#segments.hollowOut(segment, header, range);
    const place = { segment: hollow, offset: 0, length: 0 };
    // While the file was written acks may have come: what they cover is stored, and a file of it must not stay for ever.
    const lost = this.#ledger.giveUp(segment, { ...range, readings: 0, oldestReadAt: null, place });
    if (lost === undefined) return;
    hollow.held = 1;
    this.#countDropped(lost, why);
  }

  async #beginSegment(): Promise<void> {
    await this.#segments.begin(this.#header());
    this.#hasBegun = true;
  }

  /** On a full disk what is held can be sent all the same, which may be what makes room; the first write tries again. */
  async #tryBegin(): Promise<void> {
    await this.#beginSegment().catch((error: unknown) =>
      this.#logger.error({ error: describeError(error) }, "outbox: the disk takes nothing; readings wait"),
    );
  }

  #header(): SegmentHeader {
    return {
      format: "nightflow-outbox",
      version: 1,
      epoch: this.#epoch,
      firstSeq: this.#nextSeq,
      dropped: this.#dropped,
      taken: this.#taken,
    };
  }

  /** An ack beyond what this outbox wrote: its files have gone back in time. Its seqs must not be used again. */
  async #renewEpoch(ack: Ack): Promise<void> {
    if (ack.epoch !== this.#epoch || ack.seq <= this.lastSeq) return;
    const { lastSeq } = this;
    this.#logger.error({ ack, lastSeq }, "outbox: the head-end has seen more than is written here; a new epoch begins");
    this.#epoch = newEpoch();
    this.#nextSeq = 1;
    // A segment holds one epoch: where the disk makes none now, the first write will.
    this.#hasBegun = false;
    await this.#beginSegment();
  }

  #closeGap(ack: Ack): void {
    const batches = this.#ledger.fillGap(ack, ack.epoch === this.#epoch ? this.#nextSeq : undefined);
    if (batches === 0) return;
    const { epoch, seq } = ack;
    this.#logger.error(
      { epoch, seq, batches },
      "outbox: the head-end misses batches that are held here no more; empty ones are sent, so that it takes the rest",
    );
  }

  /** Without it the next start only begins a new epoch. */
  async #sayClosed(): Promise<void> {
    if (!this.#hasBegun) return;
    await this.#segments.newest
      .append(encodeFrame(FRAME_KINDS.closed, {}))
      .catch((error: unknown) => this.#logger.warn({ error: describeError(error) }, "outbox: not closed in order"));
  }

  #countDropped(readings: number, why: string): void {
    this.#dropped += readings;
    this.#logger.error({ readings, dropped: this.#dropped }, `outbox: readings were given up: ${why}`);
  }

  #watchFill(): void {
    const fill = this.fill();
    if (fill.alarm && !this.#wasAlarm) this.#logger.warn(fill, "outbox: 80 % full");
    this.#wasAlarm = fill.alarm;
  }
}

// What cannot be read because the disk is broken there, or its file gone, will not be readable later either: without an
// end to trying, nothing behind it would ever be sent.
function undefinedWhenGone(error: NodeJS.ErrnoException): undefined {
  if (error.code !== "EIO" && error.code !== "ENOENT") throw error;
}

function newEpoch(): Epoch {
  return Epoch.parse(randomBytes(12).toString("hex"));
}
