import type { Curve, ReadingColumns, ReadingStore, Sql } from "@nightflow/storage";
import type { MeteredChannel } from "../pure/registry.ts";
import { type CountedIn, countedIn } from "./counted-in.ts";
import { HourChanges } from "./hour-changes.ts";
import {
  type ChangedDay,
  type KeptDay,
  type KeptRegister,
  loadDays,
  loadRegisters,
  saveDays,
  saveRegisters,
} from "./kept-rows.ts";
import { DAY_MS, MeterDay, utcDayOf } from "./meter-day.ts";
import { type ArrivedReading, markArrivals, RegisterHours, replayFrom } from "./register-hours.ts";

/** Registers that are worked on together: bounds the memory of a page, whatever it holds. */
const AT_ONCE = 256;
/** The longest gap that is estimated across, and some days more to find the grid again. */
const LOOK_BACK_MS = 38 * DAY_MS;
const MISSING = 2;

/** What deriving a page needs to know. */
export interface PageContext {
  readonly store: Pick<ReadingStore, "curve">;
  /** The registers that meters are judged by, by channel. */
  readonly registers: ReadonlyMap<string, MeteredChannel>;
  /** Live readings with a time before this one are late. */
  readonly lateBeforeMs: number;
}

/** What a page brought. */
export interface DerivedPage {
  readonly changes: HourChanges;
  readonly readings: number;
  readonly replayed: number;
  /** Registers with a reading so late that some hours before it cannot be corrected any more. */
  readonly tooLate: number;
  readonly newestReadMs: number;
}

interface RegisterPlan {
  readonly meter: MeteredChannel;
  readonly readings: readonly ArrivedReading[];
  readonly kept: KeptRegister | undefined;
  readonly replay: { readonly curve: Curve; readonly fromMs: number } | undefined;
  readonly fromDay: number;
}

/** Brings one page of the feed into registers' days, in the caller's transaction, and tells what changes in the sums. */
export async function derivePage(tx: Sql, page: ReadingColumns, context: PageContext): Promise<DerivedPage> {
  const changes = new HourChanges();
  const byChannel = readingsByChannel(page, context);
  const channels = [...byChannel.keys()];
  const done = { changes, readings: 0, replayed: 0, tooLate: 0, newestReadMs: 0 };
  for (let at = 0; at < channels.length; at += AT_ONCE) {
    const plans = await planAll(tx, channels.slice(at, at + AT_ONCE), byChannel, context);
    await deriveAll(tx, plans, changes);
    for (const { readings, replay, kept } of plans) {
      done.readings += readings.length;
      if (replay) done.replayed++;
      if (replay && kept && utcDayOf(replay.fromMs) <= kept.keptFromDay && kept.keptFromDay > 0) done.tooLate++;
      done.newestReadMs = Math.max(done.newestReadMs, readings.at(-1)?.readAtMs ?? 0);
    }
  }
  return done;
}

function readingsByChannel(page: ReadingColumns, context: PageContext): Map<string, ArrivedReading[]> {
  const lists = page.channels.map((channel) => (context.registers.has(channel) ? ([] as ArrivedReading[]) : undefined));
  for (let row = 0; row < page.length; row++) lists[page.channelNos[row] ?? -1]?.push(arrivedAt(page, row, context));
  const byChannel = new Map<string, ArrivedReading[]>();
  for (const [no, channel] of page.channels.entries()) {
    const list = lists[no];
    if (!list || list.length === 0) continue;
    const all = [...(byChannel.get(channel) ?? []), ...list];
    byChannel.set(
      channel,
      all.sort((a, b) => a.readAtMs - b.readAtMs),
    );
  }
  return byChannel;
}

function arrivedAt(page: ReadingColumns, row: number, { lateBeforeMs }: PageContext): ArrivedReading {
  const readAtMs = page.readAtMs[row] ?? 0;
  return {
    readAtMs,
    counts: page.counts[row] ?? 0n,
    quality: page.qualities[row] ?? MISSING,
    flags: page.flags[row] ?? 0,
    isLate: page.origins[row] !== 1 && readAtMs < lateBeforeMs,
  };
}

async function planAll(
  tx: Sql,
  channels: readonly string[],
  byChannel: ReadonlyMap<string, readonly ArrivedReading[]>,
  context: PageContext,
): Promise<RegisterPlan[]> {
  const kept = await loadRegisters(tx, channels);
  const hours = new RegisterHours();
  const plans: RegisterPlan[] = [];
  for (const channel of channels) {
    const meter = context.registers.get(channel);
    const readings = byChannel.get(channel) ?? [];
    if (meter) plans.push(await planOne(hours, meter, readings, kept.get(channel), context.store));
  }
  return plans;
}

async function planOne(
  hours: RegisterHours,
  meter: MeteredChannel,
  readings: readonly ArrivedReading[],
  kept: KeptRegister | undefined,
  store: Pick<ReadingStore, "curve">,
): Promise<RegisterPlan> {
  hours.load(kept?.state);
  const lateMs = latestKnownLate(hours.newestMs, readings, kept?.isStale ?? false);
  const replay = lateMs === null ? undefined : await planReplay(hours, meter, readings, lateMs, kept, store);
  const firstMs = (readings[0]?.readAtMs ?? 0) - meter.periodMs;
  const fromMs = Math.min(firstMs, hours.openFromMs ?? firstMs, replay?.fromMs ?? firstMs);
  return { meter, readings, kept, replay, fromDay: utcDayOf(fromMs) };
}

/** The time from which the register must be told anew: that of the first value behind others; null when all come in order. */
function latestKnownLate(
  newestMs: number | null,
  readings: readonly ArrivedReading[],
  isStale: boolean,
): number | null {
  if (newestMs === null) return null;
  const late = readings.find(({ readAtMs, quality }) => quality !== MISSING && readAtMs <= newestMs);
  if (isStale) return Math.min(newestMs, late?.readAtMs ?? newestMs);
  return late?.readAtMs ?? null;
}

async function planReplay(
  hours: RegisterHours,
  meter: MeteredChannel,
  readings: readonly ArrivedReading[],
  lateMs: number,
  kept: KeptRegister | undefined,
  store: Pick<ReadingStore, "curve">,
) {
  const toMs = Math.max(hours.newestMs ?? 0, readings.at(-1)?.readAtMs ?? 0) + 1;
  const curve = await store.curve(meter.channel, lateMs - LOOK_BACK_MS, toMs);
  const fromMs = Math.max(replayFrom(curve, lateMs, meter.periodMs), (kept?.keptFromDay ?? 0) * DAY_MS);
  return { curve, fromMs };
}

async function deriveAll(tx: Sql, plans: readonly RegisterPlan[], changes: HourChanges): Promise<void> {
  const days = await loadDays(
    tx,
    plans.map(({ meter, fromDay }) => ({ channel: meter.channel, fromDay })),
  );
  const hours = new RegisterHours();
  const states = new Map<string, Buffer>();
  const changed: ChangedDay[] = [];
  for (const plan of plans) {
    const { channel } = plan.meter;
    changed.push(...deriveOne(hours, plan, days.get(channel) ?? new Map(), changes));
    states.set(channel, hours.save());
  }
  await saveRegisters(tx, states);
  await saveDays(tx, changed);
}

function deriveOne(
  hours: RegisterHours,
  { meter, readings, kept, replay }: RegisterPlan,
  keptDays: ReadonlyMap<number, KeptDay>,
  changes: HourChanges,
): ChangedDay[] {
  const days = new Map([...keptDays].map(([no, { bytes }]) => [no, MeterDay.fromBytes(no, bytes)]));
  const work = { meter, days };
  hours.load(kept?.state);
  if (replay) hours.replay(work, replay.curve, replay.fromMs);
  else hours.read(work, readings);
  markArrivals(work, readings);
  return [...days.values()].flatMap((day) => changeOf(day, meter, keptDays.get(day.utcDay), changes));
}

function changeOf(day: MeterDay, meter: MeteredChannel, kept: KeptDay | undefined, changes: HourChanges): ChangedDay[] {
  const now = countedIn(meter);
  const isMoved = kept !== undefined && !isSame(kept.countedIn, now);
  if (!isMoved && kept?.bytes.equals(day.toBytes())) return [];
  // The same object where it is the same: that is how the changes know.
  const where = kept === undefined || isMoved ? now : kept.countedIn;
  const before = kept && { day: MeterDay.fromBytes(day.utcDay, kept.bytes), in: kept.countedIn };
  changes.replace(before, { day, in: where });
  return [{ channel: meter.channel, day, countedIn: where }];
}

function isSame(a: CountedIn, b: CountedIn): boolean {
  const textOf = (of: CountedIn) =>
    JSON.stringify([of.dma, of.account, of.agent, of.inletOf.map((i) => [i.dma, i.sign])]);
  return textOf(a) === textOf(b);
}
