import type { Clock } from "@nightflow/domain";
import {
  addRevision,
  appendLiveEvent,
  type Curve,
  type Database,
  type JobQueue,
  markReportsRevised,
  type ReadingStore,
  type Sql,
} from "@nightflow/storage";
import type { Logger } from "pino";
import type { AnalyticsConfig } from "../config.ts";
import type { DistrictReplay, Engine, EngineOptions } from "../engine.ts";
import type { ReplayBasis } from "../engine-meters.ts";
import { type MeterReplay, MeterReplayer } from "../meter-replay.ts";
import type { EpisodeChange } from "../pure/episodes.ts";
import { type ChangedInterval, changedIntervals, movedIntervals } from "../pure/interval-changes.ts";
import type { LateReadings, LateSpan } from "../pure/late.ts";
import { intervalOptionsOf } from "../watched-meter.ts";
import type { Announcement, AnomalyWriter } from "./anomaly-writer.ts";
import { ChangeWriter, type LateCause } from "./change-writer.ts";
import { JointReplays } from "./joint-replays.ts";
import { causeOfMeter, causeOfNights } from "./late-causes.ts";
import { type LateMeter, LateQueue } from "./late-queue.ts";
import { type Lease, requireLease } from "./leases.ts";
import { reviseNights } from "./page-writer.ts";
import type { Retry } from "./retry.ts";

const DAY_MS = 86_400_000;
/** With nothing else to do replays go on for so many times the time that they may take between two pages. */
const IDLE_TIMES = 5;
/** While pages wait, nine times as long passes as a replay took before the next. */
const REST_TIMES = 9;
/** Districts wait until no meter does, so that an agent's hundred late meters judge theirs once; but no longer than so many settling times. */
const DISTRICTS_WAIT_TIMES = 60;
/** A revision lists at most so many intervals; a longer one keeps its span alone. */
const MOST_CHANGES = 3000;

export interface LateReplaysDeps {
  readonly store: Pick<ReadingStore, "curve">;
  readonly db: Database;
  readonly clock: Clock;
  readonly config: AnalyticsConfig["late"];
  readonly logger: Logger;
  readonly writer: AnomalyWriter;
  readonly jobs: Pick<JobQueue, "enqueue">;
  readonly lease: Lease;
  readonly retry: Retry;
  readonly engineOptions: Partial<EngineOptions>;
}

/** What the replays of late readings have done. */
export interface LateStats {
  readonly waiting: number;
  readonly oldestSeconds: number;
  readonly replayed: number;
  readonly opened: number;
  readonly withdrawn: number;
  /** Districts whose nights were judged again. */
  readonly districts: number;
  /** Parent meters whose days were compared with their children again. */
  readonly families: number;
}

/** Replays meters whose readings came late, a little at a time between the pages of the feed, and writes what that changes. */
export class LateReplays {
  readonly #deps: LateReplaysDeps;
  readonly #queue: LateQueue;
  readonly #changes: ChangeWriter;
  readonly #replayer: MeterReplayer;
  readonly #joint: JointReplays;
  #restUntilMs = 0;
  #replayed = 0;
  #opened = 0;
  #withdrawn = 0;
  #districts = 0;
  #families = 0;
  #hasStale = false;
  #districtsAtMs = performance.now();

  constructor(deps: LateReplaysDeps) {
    this.#deps = deps;
    this.#queue = new LateQueue(deps.lease.shard, deps.clock, deps.config.settleMs);
    this.#replayer = new MeterReplayer(deps.engineOptions);
    this.#changes = new ChangeWriter(deps.writer, deps.jobs);
    const { store, logger, clock, config, engineOptions } = deps;
    const write = (changes: readonly EpisodeChange[], cause: LateCause) => this.#writeJoint(changes, cause);
    this.#joint = new JointReplays({
      store,
      logger,
      settleMs: config.settleMs,
      engineOptions,
      write,
      now: () => clock.now(),
    });
  }

  load(): Promise<void> {
    return this.#queue.load(this.#deps.db);
  }

  /** Takes up what came late in a page, and keeps it: only then may a snapshot pass the page. */
  async note(late: readonly LateReadings[]): Promise<void> {
    this.#queue.add(late);
    if (!this.#queue.hasUnsaved) return;
    await this.#deps.retry.untilDone("keep what came late", async () => {
      await this.#transaction((tx) => this.#queue.save(tx));
      this.#queue.saved();
    });
  }

  /** True while late readings wait to be kept, since the runner stops: a snapshot now would forget them. */
  get hasUnsaved(): boolean {
    return this.#queue.hasUnsaved;
  }

  /** Whether a snapshot now would hold replays that none before it holds. */
  get hasNews(): boolean {
    return this.#queue.hasDone;
  }

  /** A snapshot holds what was learnt. */
  async snapshotSaved(): Promise<void> {
    await this.#queue.forgetDone(this.#deps.db);
  }

  get isEmpty(): boolean {
    return this.#queue.size === 0;
  }

  /** Whether a meter or a district can be judged again now. */
  isReady(isHurried: boolean): boolean {
    return this.#queue.next(isHurried) !== undefined || (isHurried && this.#hasStale);
  }

  stats(): LateStats {
    return {
      waiting: this.#queue.size,
      oldestSeconds: this.#queue.oldestSeconds(),
      replayed: this.#replayed,
      opened: this.#opened,
      withdrawn: this.#withdrawn,
      districts: this.#districts,
      families: this.#families,
    };
  }

  /**
   * Replays for as long as is allowed, one meter at least where one is ready. Readings that wait in the feed go first: while there are
   * any, replays take a tenth of the time.
   */
  async replaySome(engine: Engine, hasMore: boolean, isHurried: boolean): Promise<void> {
    const beganMs = performance.now();
    if (hasMore && beganMs < this.#restUntilMs) return;
    await this.#replayFor(engine, this.#deps.config.budgetMs * (hasMore ? 1 : IDLE_TIMES), isHurried);
    if (this.#isDistrictsTurn(hasMore, isHurried)) await this.#replayDistricts(engine);
    if (!hasMore && this.#queue.size === 0) await this.#replayFamilies(engine, isHurried);
    this.#hasStale = engine.staleDistricts().length > 0 || engine.staleFamilies().length > 0;
    const endedMs = performance.now();
    this.#restUntilMs = endedMs + REST_TIMES * (endedMs - beganMs);
  }

  async #replayFor(engine: Engine, mayTakeMs: number, isHurried: boolean): Promise<void> {
    const beganMs = performance.now();
    for (let meter = this.#queue.next(isHurried); meter !== undefined; meter = this.#queue.next(isHurried)) {
      await this.#replay(engine, meter);
      if (performance.now() - beganMs >= mayTakeMs) return;
    }
  }

  #isDistrictsTurn(hasMore: boolean, isHurried: boolean): boolean {
    if (!hasMore && this.#queue.next(isHurried) === undefined) return true;
    return performance.now() - this.#districtsAtMs >= DISTRICTS_WAIT_TIMES * this.#deps.config.settleMs;
  }

  /** Each in some milliseconds: its nights are gone through again by the sums of its days. */
  async #replayDistricts(engine: Engine): Promise<void> {
    this.#districtsAtMs = performance.now();
    for (const dma of engine.staleDistricts()) {
      const replay = engine.replayDistrict(dma);
      if (replay !== null && !(await this.#writeDistrict(replay))) return;
      engine.settleDistrict(dma, replay);
      if (replay !== null) this.#districts++;
    }
  }

  /** By the curves of all their members, once nothing more comes late. */
  async #replayFamilies(engine: Engine, isHurried: boolean): Promise<void> {
    for (const parent of this.#joint.readyFamilies(engine, isHurried)) {
      const changes = await this.#joint.replayFamily(engine, parent);
      if (changes === false) return;
      if (changes !== null) this.#families++;
    }
  }

  async #writeJoint(changes: readonly EpisodeChange[], cause: LateCause): Promise<boolean> {
    const done = await this.#deps.retry.untilDone("write what late readings change", async () => {
      await this.#transaction(async (tx) => announce(tx, await this.#applied(tx, changes, cause)));
      return true;
    });
    if (done !== true) return false;
    this.#count(changes);
    return true;
  }

  async #writeDistrict(replay: DistrictReplay): Promise<boolean> {
    const { retry, logger, clock } = this.#deps;
    const { dma, changes, nights, from, to } = replay;
    const done = await retry.untilDone("write what late readings change of a district", async () => {
      const cause = causeOfNights(replay, clock.now());
      await this.#transaction(async (tx) => {
        await reviseNights(tx, nights, cause.atMs);
        await announce(tx, await this.#applied(tx, changes, cause));
      });
      return true;
    });
    if (done !== true) return false;
    this.#count(changes);
    const told = { dma, from, to, nights: nights.length, findingsChanged: changes.length };
    logger.info(told, "the nights of a district were judged again with late readings");
    return true;
  }

  async #replay(engine: Engine, late: LateMeter): Promise<void> {
    const basis = engine.basisOf(late.channel);
    const isWritten = await (basis === undefined
      ? this.#joint.replayGauge(engine, late, this.#queue)
      : this.#replayMeter(engine, basis, late));
    if (!isWritten) return;
    this.#queue.done(late);
    this.#replayed++;
  }

  async #replayMeter(engine: Engine, basis: ReplayBasis, late: LateMeter): Promise<boolean> {
    const { store, config, retry, logger } = this.#deps;
    const fromMs = (late.spans[0]?.[0] ?? 0) - config.historyDays * DAY_MS;
    const curve = await store.curve(late.channel, fromMs, (basis.judgedUntilMs ?? 0) + 1);
    const correct = () => correctDistricts(engine, basis, late, curve);
    this.#replayer.useWeatherOf(engine);
    const replay = this.#replayer.replay(basis, curve, late.spans, await hasFindings(this.#deps.db, basis));
    if (replay === null) {
      correct();
      return true;
    }
    const intervals = changedIntervals(curve, late.spans, intervalOptionsOf(basis.meta));
    const done = await retry.untilDone("write what late readings change", async () => {
      await this.#transaction((tx) => this.#write(tx, basis, late, replay, intervals));
      return true;
    });
    if (done !== true) return false;
    engine.putMeter(late.channel, replay.image);
    correct();
    this.#count(replay.changes);
    const { changes, readings } = replay;
    logger.info(
      {
        meter: basis.meta.meter,
        late: late.readings,
        readings,
        findingsChanged: changes.length,
        intervals: intervals.length,
      },
      "a meter was judged again with its late readings",
    );
    return true;
  }

  async #write(
    tx: Sql,
    { meta, isMeterJudged }: ReplayBasis,
    late: LateMeter,
    { changes }: MeterReplay,
    intervals: readonly ChangedInterval[],
  ): Promise<void> {
    const { zone } = meta;
    const cause = causeOfMeter(late, zone, this.#deps.clock.now());
    const news = await this.#applied(tx, changes, cause);
    if (intervals.length > 0 && isMeterJudged)
      await revise(tx, late, cause, intervals, { periodMs: meta.periodMs, zone });
    await announce(tx, news);
  }

  async #applied(tx: Sql, changes: readonly EpisodeChange[], cause: LateCause): Promise<Announcement[]> {
    const news: Announcement[] = [];
    for (const change of changes) {
      const told = await this.#changes.write(tx, change, cause);
      if (told) news.push(told);
    }
    return news;
  }

  #count(changes: readonly EpisodeChange[]): void {
    this.#opened += changes.filter(({ kind }) => kind === "new").length;
    this.#withdrawn += changes.filter(({ kind }) => kind === "gone").length;
  }

  #transaction(work: (tx: Sql) => Promise<void>): Promise<void> {
    const { db, lease } = this.#deps;
    return db.transaction(async (tx) => {
      await requireLease(tx, lease);
      await work(tx);
    });
  }
}

/** Readings newer than what was judged are left to the feed. */
function correctDistricts(
  engine: Engine,
  { meta, judgedUntilMs }: ReplayBasis,
  { spans }: LateMeter,
  curve: Curve,
): void {
  if (judgedUntilMs === null || !engine.countsInDistrict(meta)) return;
  const judged = spans.flatMap(([fromMs, toMs]): LateSpan[] =>
    fromMs > judgedUntilMs ? [] : [[fromMs, Math.min(toMs, judgedUntilMs)]],
  );
  engine.correctDistricts(meta, judged, (known) => movedIntervals(curve, judged, intervalOptionsOf(meta), known));
}

/** Live events take one counter that everybody needs: last in a transaction. */
async function announce(tx: Sql, news: readonly Announcement[]): Promise<void> {
  for (const { anomalyId, atMs, unitPath } of news)
    await appendLiveEvent(tx, { kind: "anomaly", subject: anomalyId, at: atMs, unitPath });
}

/** Whether anything was ever found on a meter or its account. */
async function hasFindings(db: Sql, { meta }: ReplayBasis): Promise<boolean> {
  const { rows } = await db.query(
    "select 1 from anomaly where subject_kind in ('meter', 'account') and subject = any($1) limit 1",
    [[meta.meter, meta.account ?? meta.meter]],
  );
  return rows.length > 0;
}

/** The next version of the intervals that changed, and of the reports that were made of them. */
async function revise(
  tx: Sql,
  late: LateMeter,
  cause: LateCause,
  intervals: readonly ChangedInterval[],
  { periodMs, zone }: { readonly periodMs: number; readonly zone: string },
): Promise<void> {
  const [first, last] = [intervals[0]?.[0] ?? 0, intervals.at(-1)?.[0] ?? 0];
  const span = { fromMs: first, toMs: last + periodMs };
  await addRevision(tx, {
    id: late.id,
    channel: late.channel,
    kind: "late",
    method: "late_reading",
    ...span,
    changes: intervals.length > MOST_CHANGES ? [] : intervals,
    readings: late.readings,
    undoes: null,
    reason: cause.reason.zh,
    actorId: null,
    actor: "system",
    atMs: cause.atMs,
  });
  await markReportsRevised(tx, late.channel, { ...span, zone }, late.noticedAtMs);
}
