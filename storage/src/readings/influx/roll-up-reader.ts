import type { Curve, NightColumns, NightWindow, RollUpColumns, RollUpRange, RollUpRequest } from "../../ports.ts";
import type { Database } from "../../relational/database.ts";
import { DEFAULT_NIGHT, daysBetween, hoursBetween, nightsBetween, type Period, withinReadings } from "../local-days.ts";
import { nightsOf, rollUpsOf, withFigures } from "../roll-ups.ts";
import { type DirtyDay, isDirtyHour, readDirty, spanOf } from "./dirty-hours.ts";
import { readNewest } from "./feed-ledger.ts";
import { hourColumns, readHours } from "./hour-points.ts";
import type { InfluxQl } from "./influxql.ts";
import { readCurves } from "./point-reader.ts";
import { concatRollUps, pickRollUps, rollUpDays } from "./roll-up-columns.ts";
import type { RollUpState } from "./roll-up-state.ts";

const HOUR_MS = 3_600_000;
/** How much is asked of InfluxDB at once: rows of an answer, and channels of a query (INFLUXDB 2.3). */
const MOST_ROWS = 100_000;
const MOST_CHANNELS = 500;
/** Readings of an hour, as far as the size of an answer is estimated. */
const READINGS_PER_HOUR = 4;

export interface RollUpReaderDeps {
  readonly db: Database;
  /** Asks the bucket of the readings. */
  readonly readings: InfluxQl;
  /** Asks the bucket of the hourly roll-ups; none where they are not kept. */
  readonly hours: InfluxQl | undefined;
  readonly state: RollUpState;
}

/**
 * Roll-ups that always say what the stored readings do: kept hours where they are up to date, the readings themselves
 * for hours that are not. Hours are UTC's, for InfluxDB counts local ones wrongly when clocks change (INFLUXDB 2.4);
 * local days are put together of them, or of readings where a zone lies off the hour.
 */
export class RollUpReader {
  readonly #deps: RollUpReaderDeps;

  constructor(deps: RollUpReaderDeps) {
    this.#deps = deps;
  }

  async hourly(request: RollUpRequest): Promise<RollUpColumns> {
    const { channels, fromMs, toMs } = await this.#held(request);
    const hours = hoursBetween(fromMs, toMs);
    const parts: RollUpColumns[] = [];
    for (const some of chunksOf(channels, hours.length)) parts.push(await this.#hoursOf(some, hours));
    return withFigures(concatRollUps(parts, channels), request.figures);
  }

  async daily(request: RollUpRequest, zone: string): Promise<RollUpColumns> {
    const { channels, fromMs, toMs } = await this.#held(request);
    const days = daysBetween(fromMs, toMs, zone);
    const isOnHours = days.every(({ fromMs, toMs }) => fromMs % HOUR_MS === 0 && toMs % HOUR_MS === 0);
    const hours = hoursBetween(days[0]?.fromMs ?? 0, days.at(-1)?.toMs ?? 0);
    const parts: RollUpColumns[] = [];
    for (const some of chunksOf(channels, hours.length))
      parts.push(
        isOnHours
          ? rollUpDays(await this.#hoursOf(some, hours), days)
          : rollUpsOf(await this.#curves(some, [whole(days)]), days),
      );
    return withFigures(concatRollUps(parts, channels), request.figures);
  }

  async nightMinimum(range: RollUpRange, zone: string, window: NightWindow = DEFAULT_NIGHT): Promise<NightColumns> {
    const { channels, fromMs, toMs } = await this.#held(range);
    const nights = nightsBetween(fromMs, toMs, zone, window);
    const hours = nights.reduce((sum, { fromMs, toMs }) => sum + (toMs - fromMs) / HOUR_MS, 0);
    const curves: Curve[] = [];
    for (const some of chunksOf(channels, hours)) curves.push(...(await this.#curves(some, nights.map(withItsEnd))));
    return nightsOf(curves, nights);
  }

  /** What a range can find: the channels one by one, and the time in which there are readings. */
  async #held(range: RollUpRange): Promise<RollUpRange & { readonly channels: readonly string[] }> {
    const asked = range.channels === "all" ? undefined : [...new Set(range.channels)];
    const newest = await readNewest(this.#deps.db, asked);
    const channels = asked ?? [...newest.keys()].toSorted();
    const newestMs = newest.values().reduce((most, { readAtMs }) => Math.max(most, readAtMs), Number.NEGATIVE_INFINITY);
    return { ...withinReadings(range, newestMs), channels };
  }

  #curves(channels: readonly string[], spans: readonly Period[]): Promise<Curve[]> {
    return readCurves(this.#deps.readings, channels, spans);
  }

  // Which hours are dirty is asked first: one that is rebuilt meanwhile is then read from its readings all the same.
  async #hoursOf(channels: readonly string[], hours: readonly Period[]): Promise<RollUpColumns> {
    const { db, hours: kept, state } = this.#deps;
    const { fromMs, toMs } = whole(hours);
    const keptFromMs = kept === undefined ? Number.POSITIVE_INFINITY : await state.keptFromMs(db);
    if (kept === undefined || keptFromMs >= toMs) return rollUpsOf(await this.#curves(channels, [whole(hours)]), hours);
    const dirty = await readDirty(db, channels, fromMs, toMs);
    const byChannel = Map.groupBy(dirty, ({ channel }) => channel);
    const isDirty = (channel: string, hourMs: number) =>
      hourMs < keptFromMs || (byChannel.get(channel)?.some((day) => isDirtyHour(day, hourMs)) ?? false);
    const stored = await readHours(kept, channels, Math.max(fromMs, keptFromMs), toMs);
    const parts = [
      hourColumns(
        stored.filter((hour) => !isDirty(hour.channel, hour.fromMs)),
        channels,
      ),
    ];
    if (keptFromMs > fromMs) parts.push(await this.#rolled(channels, { fromMs, toMs: keptFromMs }, isDirty));
    for (const days of Map.groupBy(dirty, ({ dayMs }) => dayMs).values())
      parts.push(
        await this.#rolled(
          channelsOf(days),
          within(spanOf(days), { fromMs: Math.max(fromMs, keptFromMs), toMs }),
          isDirty,
        ),
      );
    return concatRollUps(parts, channels);
  }

  async #rolled(
    channels: readonly string[],
    { fromMs, toMs }: Period,
    isWanted: (channel: string, hourMs: number) => boolean,
  ): Promise<RollUpColumns> {
    if (toMs <= fromMs) return rollUpsOf([], []);
    const hours = rollUpsOf(await this.#curves(channels, [{ fromMs, toMs }]), hoursBetween(fromMs, toMs));
    return pickRollUps(hours, (row) =>
      isWanted(hours.channels[hours.channelNos[row] ?? -1] ?? "", hours.fromMs[row] ?? 0),
    );
  }
}

function channelsOf(days: readonly DirtyDay[]): string[] {
  return days.map(({ channel }) => channel);
}

function whole(periods: readonly Period[]): Period {
  return { fromMs: periods[0]?.fromMs ?? 0, toMs: periods.at(-1)?.toMs ?? 0 };
}

function within(span: Period, { fromMs, toMs }: Period): Period {
  return { fromMs: Math.max(span.fromMs, fromMs), toMs: Math.min(span.toMs, toMs) };
}

// A register's last interval of a night ends with the reading at the night's end, if there is one.
function withItsEnd({ fromMs, toMs }: Period): Period {
  return { fromMs, toMs: toMs + 1 };
}

function chunksOf(channels: readonly string[], hours: number): string[][] {
  const fits = Math.floor(MOST_ROWS / Math.max(1, hours * READINGS_PER_HOUR));
  const size = Math.max(1, Math.min(MOST_CHANNELS, fits));
  return Array.from({ length: Math.ceil(channels.length / size) }, (_, i) => channels.slice(i * size, (i + 1) * size));
}
