import type { ChannelDescription, Cjt188Dialect, Reading, Unit } from "@nightflow/domain";
import type { ReadNowResult } from "../driver.ts";
import { readingOfDigits } from "../polled/channel-values.ts";
import type { DeviceClock } from "../polled/device-clock.ts";
import { Cjt188DataError } from "./errors.ts";
import type { Cjt188Frame } from "./frame.ts";
import { type Cjt188Target, historyRequest, settlementDayRequest } from "./messages.ts";
import { type Cjt188MeterData, type Cjt188Value, decodeHistory, decodeSettlementDay } from "./meter-data.ts";
import { minuteOf, placesOf, settlementsBefore } from "./settlements.ts";

/** What a meter's log of settlement days is read with. */
export interface KeptTotalsDeps {
  readonly target: Cjt188Target;
  readonly history: NonNullable<Cjt188Dialect["history"]>;
  readonly channel: ChannelDescription;
  readonly deviceClock: DeviceClock;
  readonly nextSer: () => number;
  /** The data of an answer; null where the meter refuses, undefined where it is silent. */
  readonly ask: (request: Cjt188Frame) => Promise<Uint8Array | null | undefined>;
}

/** The day of the month at which a meter keeps its total; null where it does not say, undefined where it is silent. */
export async function settlementDayOf({ ask, target, nextSer }: KeptTotalsDeps): Promise<number | null | undefined> {
  const data = await ask(settlementDayRequest(target, nextSer()));
  return data == null ? data : decodeSettlementDay(data);
}

/** The instants at or before `nowMs` that the log may hold, newest first: epoch milliseconds. */
export function keptInstants({ history, deviceClock }: KeptTotalsDeps, day: number, nowMs: number): number[] {
  const rule = { day, minute: minuteOf(history.settlesAt) };
  const local = settlementsBefore(deviceClock.localMs(nowMs), rule, history.months + 1);
  return local.map((at) => deviceClock.utcMs(at));
}

/**
 * The totals of the settlement days among some instants of `keptInstants`, by their places. The protocol does not say when
 * a total was kept: the readings have the instant of the settlement day and are suspect, with the flag `gap`.
 */
export async function readKeptTotals(
  deps: KeptTotalsDeps,
  data: Cjt188MeterData,
  instants: readonly number[],
  wanted: readonly number[],
): Promise<ReadNowResult> {
  const { history, channel } = deps;
  const oldest = Math.max(...wanted);
  const kept = await askMonths(deps, Math.min(history.months, oldest + 1));
  if (kept === undefined) return { outcome: "silent", readings: [], detail: "it fell silent while its log was read" };
  const unit = unitOf(kept);
  const places = placesOf(
    kept.map((value, at) => ({ monthsAgo: at + 1, digits: hundredthsOf(value, unit) })),
    hundredthsOf(data.values.get(history.newest), unit),
  );
  if (places === null) return { outcome: "answered", readings: [], detail: NO_PLACE };
  const readings = places.flatMap(({ back, digits }): Reading[] => {
    const readAt = instants[back];
    if (readAt === undefined || !wanted.includes(back)) return [];
    const found = { digits, exponent: -2, unit };
    return [suspect(readingOfDigits(channel, found, { readAt, flags: ["gap"] }))];
  });
  return { outcome: "answered", readings, ...(readings.length === 0 && { detail: NOT_KEPT }) };
}

const NO_PLACE = "its log was left alone: nothing tells which settlement day it begins with";
const NOT_KEPT = "its log holds none of the settlement days that are missing";

/** The kept totals of the last months, newest first; shorter where the meter refuses an older one, undefined where it is silent. */
async function askMonths(deps: KeptTotalsDeps, months: number): Promise<Cjt188Value[] | undefined> {
  const kept: Cjt188Value[] = [];
  for (let month = 1; month <= months; month++) {
    const data = await deps.ask(historyRequest(deps.target, month, deps.nextSer()));
    if (data === undefined) return undefined;
    const value = data === null ? undefined : historyOr(data);
    if (value === undefined) return kept;
    kept.push(value);
  }
  return kept;
}

function historyOr(data: Uint8Array): Cjt188Value | undefined {
  try {
    return decodeHistory(data);
  } catch (error) {
    if (error instanceof Cjt188DataError) return undefined;
    throw error;
  }
}

/** Digits of a total with two decimals, which is how the log counts; null for any other, and in any other unit. */
function hundredthsOf(value: Cjt188Value | undefined, unit: Unit): number | null {
  return value?.kind === "value" && value.decimals === 2 && value.unit === unit ? value.digits : null;
}

function unitOf(kept: readonly Cjt188Value[]): Unit {
  const first = kept.find((value) => value.kind === "value");
  return first?.kind === "value" ? first.unit : "m3";
}

function suspect(reading: Reading): Reading {
  return reading.quality === "missing" ? reading : { ...reading, quality: "suspect" };
}
