import { flagsToBits } from "@nightflow/domain";
import type { ReadingColumns } from "@nightflow/storage";
import type { MeteredChannel } from "../pure/registry.ts";
import { columnsOf, HOUR_MS, homeLitres, meterOf, type SeriesRow, START_MS } from "./series.ts";

const EXCHANGE = flagsToBits(["exchange"]);
const CAPACITY = 100_000;
const UNIT = "00000000-0000-7000-8000-0000000000";

/** Numbers in [0, 1) from a seed. */
export type Chance = () => number;

/** Mulberry32: the same seed, the same numbers. */
export function chanceOf(seed: number): Chance {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let x = Math.imul(state ^ (state >>> 15), 1 | state);
    x = (x + Math.imul(x ^ (x >>> 7), 61 | x)) ^ x;
    return ((x ^ (x >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/**
 * A small utility with everything in it that the detectors tell apart: homes read hourly and by the quarter, gas, key
 * accounts, districts with one inlet and two (a net register), meters without a district, zones whose clocks change.
 */
export function mixedMeters(count: number): MeteredChannel[] {
  return Array.from({ length: count }, (_, i) => mixedMeter(i));
}

function mixedMeter(i: number): MeteredChannel {
  const dma = `d${i % 3}`;
  const base = {
    agent: i % 5 === 0 ? null : `town/a${i % 4}`,
    periodMs: i % 2 === 0 ? HOUR_MS : HOUR_MS / 4,
    zone: i % 7 === 3 ? "Europe/Madrid" : "Asia/Shanghai",
    capacityCounts: CAPACITY,
    maxCountsPerHour: i % 3 === 0 ? 5000 : null,
    q3M3h: i % 4 === 0 ? 4 : null,
    dma: i % 6 === 5 ? null : dma,
  };
  if (i % 11 === 1)
    return meterOf(`m${i}`, { ...base, purpose: "dma", quantity: "net_total", inletOf: [{ dma, sign: 1 }] });
  if (i % 13 === 2)
    return meterOf(`m${i}`, { ...base, purpose: "dma", inletOf: [{ dma, sign: i % 26 === 2 ? 1 : -1 }] });
  if (i % 9 === 4) return meterOf(`m${i}`, { ...base, commodity: "gas", quantity: "vm_total" });
  if (i % 8 === 7) return meterOf(`m${i}`, { ...base, isKeyAccount: true, account: `${UNIT}${10 + (i % 80)}` });
  if (i % 17 === 6) return meterOf(`m${i}`, { ...base, periodMs: 6 * HOUR_MS });
  return meterOf(`m${i}`, base);
}

/**
 * Their readings over some days in the order of arrival: leaks, bursts and standstills, rows that are missing, suspect,
 * late, told twice, off the grid, out of order, rolled over or of an exchanged meter, channels that nobody knows, gauges.
 */
export function mixedRows(meters: readonly MeteredChannel[], days: number, seed: number): SeriesRow[] {
  const chance = chanceOf(seed);
  const rows = meters.flatMap((meter, i) => rowsOfMeter(meter, i, days, chance));
  return rows.sort((a, b) => a.dueMs - b.dueMs || (a.channel < b.channel ? -1 : 1));
}

interface ArrivingRow extends SeriesRow {
  readonly dueMs: number;
}

function rowsOfMeter(meter: MeteredChannel, i: number, days: number, chance: Chance): ArrivingRow[] {
  const rows: ArrivingRow[] = [];
  const steps = (days * 24 * HOUR_MS) / meter.periodMs;
  const fault = { from: Math.floor(steps * (0.4 + 0.3 * chance())), hours: 30 + chance() * 200, kind: i % 5 };
  const importedUntil = i % 4 === 0 ? steps * 0.6 : 0;
  const silentFrom = i % 10 === 9 ? steps * 0.9 : steps;
  const exchangeAt = i % 16 === 8 ? Math.floor(steps / 2) : -1;
  let counts = Math.floor(chance() * CAPACITY);
  for (let step = 0; step < silentFrom; step++) {
    const exactMs = START_MS + step * meter.periodMs;
    if (step === exchangeAt) counts = 3;
    if (chance() > 0.01) rows.push(...readingsAt(meter, exactMs, counts % CAPACITY, step === exchangeAt, chance));
    const last = rows.at(-1);
    if (last && step < importedUntil) rows[rows.length - 1] = { ...last, isImported: true };
    counts += litresIn(meter, exactMs, fault, step, chance);
  }
  return rows;
}

function readingsAt(
  meter: MeteredChannel,
  atMs: number,
  counts: number,
  isNew: boolean,
  chance: Chance,
): ArrivingRow[] {
  const jitterMs = chance() < 0.2 ? Math.floor((chance() - 0.5) * meter.periodMs) : 0;
  const kind = chance();
  const readAtMs = atMs + jitterMs;
  const row = { channel: meter.channel, readAtMs, counts, dueMs: atMs, flags: isNew ? EXCHANGE : 0 };
  if (kind < 0.01) return [{ ...row, counts: 0, quality: 2 }];
  if (kind < 0.02) return [{ ...row, quality: 1, counts: counts + 50 }];
  if (kind < 0.025) return [{ ...row, counts: Math.max(0, counts - Math.floor(chance() * 40)) }];
  if (kind < 0.035) return [{ ...row, dueMs: atMs + Math.floor(chance() * 9) * HOUR_MS }];
  if (kind < 0.04) return [row, { ...row, dueMs: atMs + HOUR_MS }];
  if (kind < 0.045) return [row, { ...row, channel: chance() < 0.5 ? "nobody" : `${meter.meter}.pressure` }];
  return [row];
}

function litresIn(
  meter: MeteredChannel,
  atMs: number,
  fault: { readonly from: number; readonly hours: number; readonly kind: number },
  step: number,
  chance: Chance,
): number {
  const hour = Math.floor((atMs - START_MS) / HOUR_MS);
  const share = meter.periodMs / HOUR_MS;
  const usual = meter.purpose === "dma" ? 4000 + 2000 * Math.sin(hour / 4) : homeLitres(hour) + 4 * chance();
  const sinceHours = (step - fault.from) * share;
  const isFaulty = sinceHours >= 0 && sinceHours < fault.hours;
  if (isFaulty && fault.kind === 0) return Math.round((usual + 60) * share);
  if (isFaulty && fault.kind === 1) return Math.round((usual + 900) * share);
  if (sinceHours >= 0 && fault.kind === 2) return 0;
  if (isFaulty && fault.kind === 3) return Math.round(usual * 3 * share);
  return usual < 2 ? 0 : Math.round(usual * share);
}

/** The rows in pages of many sizes, as the feed brings them. */
export function pagesOf(rows: readonly SeriesRow[], seed: number): ReadingColumns[] {
  const chance = chanceOf(seed);
  const pages: ReadingColumns[] = [];
  for (let at = 0; at < rows.length; ) {
    const length = 1 + Math.floor(chance() * 4000);
    pages.push(columnsOf(rows.slice(at, at + length)));
    at += length;
  }
  return pages;
}
