import type { Curve, ReadingColumns, ReadingStore, Sql } from "@nightflow/storage";
import type { MeteredChannel } from "../pure/registry.ts";
import type { CountedIn } from "./counted-in.ts";
import type { HeldRegister, HeldRegisters } from "./held-registers.ts";
import { DAY_MS, utcDayOf } from "./meter-day.ts";
import { type ArrivedReading, markArrivals, replayFrom } from "./register-hours.ts";

/** Registers that are asked of the database at once. */
const AT_ONCE = 4096;
/** Curves in memory at once, for registers that are told anew. */
const REPLAYED_AT_ONCE = 64;
/** The longest gap that is estimated across, and some days more to find the grid again. */
const LOOK_BACK_MS = 38 * DAY_MS;
const MISSING = 2;

/** A register that its meter is judged by, and the sums that it counts in: the same object where they are the same. */
export interface JudgedRegister {
  readonly meter: MeteredChannel;
  readonly place: CountedIn;
}

/** What folding a page needs. */
export interface FoldContext {
  readonly sql: Sql;
  readonly store: Pick<ReadingStore, "curve">;
  readonly held: HeldRegisters;
  /** The registers that meters are judged by, by channel. */
  readonly registers: ReadonlyMap<string, JudgedRegister>;
  /** Live readings with a time before this one are late. */
  readonly lateBeforeMs: number;
}

/** What a page brought. */
export interface FoldedPage {
  readonly readings: number;
  readonly replayed: number;
  /** Registers with a reading so late that some hours before it cannot be corrected any more. */
  readonly tooLate: number;
  readonly newestReadMs: number;
}

interface Task extends JudgedRegister {
  readonly register: HeldRegister;
  readonly readings: readonly ArrivedReading[];
  /** From where the register must be told anew; null when its readings come in order. */
  readonly lateMs: number | null;
}

interface Plan {
  readonly task: Task;
  readonly register: HeldRegister;
  readonly fromDay: number;
  readonly replay: { readonly curve: Curve; readonly fromMs: number } | undefined;
}

/**
 * Brings one page of the feed into the registers in memory; nothing is written. Where it fails part of the page may have been
 * told: what is held must be let go of then.
 */
export async function foldPage(page: ReadingColumns, context: FoldContext): Promise<FoldedPage> {
  const byChannel = readingsByChannel(page, context);
  const channels = [...byChannel.keys()];
  const done = { readings: 0, replayed: 0, tooLate: 0, newestReadMs: 0 };
  for (let at = 0; at < channels.length; at += AT_ONCE) {
    const registers = await context.held.hold(context.sql, channels.slice(at, at + AT_ONCE));
    const tasks = registers.flatMap((register) => taskOf(register, byChannel.get(register.channel) ?? [], context));
    for (const { readings } of tasks) {
      done.readings += readings.length;
      done.newestReadMs = Math.max(done.newestReadMs, readings.at(-1)?.readAtMs ?? 0);
    }
    const late = tasks.filter(({ lateMs }) => lateMs !== null);
    await foldInOrder(
      tasks.filter(({ lateMs }) => lateMs === null),
      context,
    );
    done.tooLate += await foldLate(late, context);
    done.replayed += late.length;
  }
  return done;
}

function readingsByChannel(page: ReadingColumns, context: FoldContext): Map<string, ArrivedReading[]> {
  const byChannel = new Map<string, ArrivedReading[]>();
  const lists = page.channels.map((channel) => {
    if (!context.registers.has(channel)) return undefined;
    const list = byChannel.get(channel) ?? [];
    byChannel.set(channel, list);
    return list;
  });
  for (let row = 0; row < page.length; row++) lists[page.channelNos[row] ?? -1]?.push(arrivedAt(page, row, context));
  for (const [channel, list] of byChannel) {
    if (list.length === 0) byChannel.delete(channel);
    else if (list.length > 1) list.sort((a, b) => a.readAtMs - b.readAtMs);
  }
  return byChannel;
}

function arrivedAt(page: ReadingColumns, row: number, { lateBeforeMs }: FoldContext): ArrivedReading {
  const readAtMs = page.readAtMs[row] ?? 0;
  return {
    readAtMs,
    counts: page.counts[row] ?? 0n,
    quality: page.qualities[row] ?? MISSING,
    flags: page.flags[row] ?? 0,
    isLate: page.origins[row] !== 1 && readAtMs < lateBeforeMs,
  };
}

function taskOf(register: HeldRegister, readings: readonly ArrivedReading[], context: FoldContext): Task[] {
  const judged = context.registers.get(register.channel);
  if (!judged) return [];
  const { hours } = context.held;
  hours.standOn(register.slot);
  return [{ ...judged, register, readings, lateMs: lateOf(hours.newestMs, readings, register.isStale) }];
}

/** The time from which the register must be told anew: that of the first value behind others; null when all come in order. */
function lateOf(newestMs: number | null, readings: readonly ArrivedReading[], isStale: boolean): number | null {
  if (newestMs === null) return null;
  const late = readings.find(({ readAtMs, quality }) => quality !== MISSING && readAtMs <= newestMs);
  if (isStale) return Math.min(newestMs, late?.readAtMs ?? newestMs);
  return late?.readAtMs ?? null;
}

async function foldInOrder(tasks: readonly Task[], context: FoldContext): Promise<void> {
  const plans = tasks.map((task) => planOf(task, undefined, context));
  await context.held.holdDays(context.sql, plans);
  for (const plan of plans) foldOne(plan, context);
}

/** Gives how many registers had a reading that was too late for some hours. */
async function foldLate(tasks: readonly Task[], context: FoldContext): Promise<number> {
  let tooLate = 0;
  for (let at = 0; at < tasks.length; at += REPLAYED_AT_ONCE) {
    const plans: Plan[] = [];
    for (const task of tasks.slice(at, at + REPLAYED_AT_ONCE))
      plans.push(planOf(task, await replayOf(task, context), context));
    await context.held.holdDays(context.sql, plans);
    for (const plan of plans) {
      const { keptFromDay } = plan.register;
      if (plan.replay && keptFromDay > 0 && utcDayOf(plan.replay.fromMs) <= keptFromDay) tooLate++;
      foldOne(plan, context);
    }
  }
  return tooLate;
}

async function replayOf({ register, meter, readings, lateMs }: Task, { held, store }: FoldContext) {
  held.hours.standOn(register.slot);
  const fromLateMs = lateMs ?? 0;
  const toMs = Math.max(held.hours.newestMs ?? 0, readings.at(-1)?.readAtMs ?? 0) + 1;
  const curve = await store.curve(meter.channel, fromLateMs - LOOK_BACK_MS, toMs);
  return { curve, fromMs: Math.max(replayFrom(curve, fromLateMs, meter.periodMs), register.keptFromDay * DAY_MS) };
}

function planOf(task: Task, replay: Plan["replay"], { held }: FoldContext): Plan {
  const { register, readings, meter } = task;
  held.hours.standOn(register.slot);
  const firstMs = (readings[0]?.readAtMs ?? 0) - meter.periodMs;
  const fromMs = Math.min(firstMs, held.hours.openFromMs ?? firstMs, replay?.fromMs ?? firstMs);
  return { task, register, fromDay: utcDayOf(fromMs), replay };
}

function foldOne({ task, register, fromDay, replay }: Plan, { held }: FoldContext): void {
  const { meter, place, readings } = task;
  const work = { meter, place, days: register.days };
  held.open.add(register);
  held.hours.standOn(register.slot);
  register.days.moveFrom(fromDay, place);
  if (replay) held.hours.replay(work, replay.curve, replay.fromMs);
  else held.hours.read(work, readings);
  markArrivals(work, readings);
  register.isStale = false;
}
