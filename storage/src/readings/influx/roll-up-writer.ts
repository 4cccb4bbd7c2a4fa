import { type Clock, describeError, StoreUnavailableError } from "@nightflow/domain";
import type { Logger } from "pino";
import type { Database } from "../../relational/database.ts";
import { hoursBetween } from "../local-days.ts";
import { rollUpsOf } from "../roll-ups.ts";
import { clearTaken, type DirtyDay, isDirtyHour, lockCommits, markAllDirty, spanOf, takeDirty } from "./dirty-hours.ts";
import { hourLine } from "./hour-points.ts";
import type { InfluxQl } from "./influxql.ts";
import { readKnownChannels } from "./known-channels.ts";
import { tagsOf } from "./line-protocol.ts";
import { readCurves } from "./point-reader.ts";
import type { PointWriter } from "./point-writer.ts";
import type { RollUpState } from "./roll-up-state.ts";

/** How long after its end an hour is rolled up for the first time, for the readings of slow agents. */
const SETTLE_MS = 10 * 60_000;
const CHANNELS_AT_ONCE = 500;
const MINUTE_MS = 60_000;

export interface RollUpWriterDeps {
  readonly db: Database;
  readonly readings: InfluxQl;
  /** Writes the bucket of the roll-ups. */
  readonly writer: PointWriter;
  readonly state: RollUpState;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * Writes the hourly roll-ups of hours that have ended and are dirty, one process at a time. By the application and not by
 * a task of InfluxDB, which never sees data that comes late. Killed anywhere, it does the same hours again.
 */
export class RollUpWriter {
  readonly #deps: RollUpWriterDeps;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<number> | undefined;
  #isEnding = false;

  constructor(deps: RollUpWriterDeps) {
    this.#deps = deps;
  }

  /** Rebuilds now, and then every minute or so. */
  start(): void {
    if (this.#isEnding) return;
    this.#timer = setTimeout(() => void this.#runAndGoOn(), MINUTE_MS * (0.5 + Math.random()));
    this.#timer.unref();
  }

  /** Rebuilds what is dirty now. Gives how many hours of channels were written; 0 while another process is at it. */
  rebuild(): Promise<number> {
    this.#running ??= this.#rebuildAlone().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  async close(): Promise<void> {
    this.#isEnding = true;
    clearTimeout(this.#timer);
    await this.#running?.catch(() => undefined);
  }

  async #runAndGoOn(): Promise<void> {
    await this.rebuild().catch((error: unknown) => {
      this.#deps.logger.warn(
        { error: describeError(error) },
        "hourly roll-ups could not be written; tried again later",
      );
    });
    this.start();
  }

  async #rebuildAlone(): Promise<number> {
    const { db, state } = this.#deps;
    const run = await state.beginRun(db);
    if (run === undefined) return 0;
    try {
      await this.#adopt();
      let written = 0;
      for (let hours = await this.#rebuildSome(run); hours > 0; hours = await this.#rebuildSome(run)) written += hours;
      return written;
    } finally {
      await state.endRun(db, run).catch(() => undefined);
    }
  }

  // A bucket that was not kept so far: everything is dirty first.
  async #adopt(): Promise<void> {
    const { db, state, readings } = this.#deps;
    if (Number.isFinite(await state.keptFromMs(db))) return;
    const firstMs = await earliest(readings);
    await db.transaction(async (tx) => {
      await lockCommits(tx);
      if (firstMs !== undefined) await markAllDirty(tx, firstMs);
      await state.adopt(tx);
    });
  }

  async #rebuildSome(run: number): Promise<number> {
    const { db, clock, state, writer } = this.#deps;
    if (this.#isEnding) return 0;
    const days = await db.transaction((tx) => takeDirty(tx, clock.now() - SETTLE_MS, CHANNELS_AT_ONCE));
    if (days.length === 0) return 0;
    const lines = await this.#linesOf(days);
    const before = async () => {
      if (!(await state.renewRun(db, run))) throw new StoreUnavailableError("another process rolls up now");
    };
    const refused = await writer.write(lines, { before });
    if (refused[0] !== undefined)
      this.#deps.logger.error({ refused: refused.length, reason: refused[0].reason }, "InfluxDB refused roll-ups");
    return (await db.transaction((tx) => clearTaken(tx, run, days))) ? Math.max(1, lines.length) : 0;
  }

  async #linesOf(days: readonly DirtyDay[]): Promise<string[]> {
    const { db, readings } = this.#deps;
    const channels = days.map(({ channel }) => channel);
    const known = new Map((await readKnownChannels(db, channels)).map((channel) => [channel.id, channel]));
    const span = spanOf(days);
    const hours = rollUpsOf(await readCurves(readings, channels, [span]), hoursBetween(span.fromMs, span.toMs));
    return Array.from({ length: hours.length }, (_, row) => row).flatMap((row) => {
      const day = days[hours.channelNos[row] ?? -1];
      if (day === undefined || !isDirtyHour(day, hours.fromMs[row] ?? 0)) return [];
      return [hourLine(hours, row, tagsOf(day.channel, known.get(day.channel)))];
    });
  }
}

async function earliest(readings: InfluxQl): Promise<number | undefined> {
  let firstMs: number | undefined;
  for (const query of ['SELECT first("k") FROM "reading"', 'SELECT first("f") FROM "gap"'])
    for await (const { atMs } of readings.rows(query)) firstMs = Math.min(firstMs ?? atMs, atMs);
  return firstMs;
}
