import type { MeteredChannel } from "@nightflow/analytics";
import { channelIdOf } from "@nightflow/domain";
import type { ReadingColumns } from "@nightflow/storage";

const HOUR_MS = 3_600_000;
const START_MS = Date.UTC(2026, 0, 1);

/** A household's water meter as the registry gives it. */
export function benchMeter(at: number, periodMs: number): MeteredChannel {
  return {
    channel: channelIdOf(`M${at}`, "forward_total"),
    meter: `M${at}`,
    purpose: "customer",
    commodity: "water",
    quantity: "forward_total",
    periodMs,
    litresPerCount: 1,
    capacityCounts: 100_000_000,
    maxCountsPerHour: 5000,
    q3M3h: 2.5,
    dma: `D${Math.floor(at / 2000)}`,
    inletOf: [],
    account: null,
    isKeyAccount: false,
    unitId: "u",
    unitPath: "u/",
    zone: "Asia/Shanghai",
    currency: "CNY",
    pricePerM3: 3,
    agent: `bench/a${at % 8}`,
  };
}

const names: string[] = [];

/** The same string each time, as the store's thread gives it. */
function nameOf(meter: number): string {
  names[meter] ??= channelIdOf(`M${meter}`, "forward_total");
  return names[meter];
}

/** Rows `first` to `first + length` of all readings: a batch of some meters, then the next; one round after another. */
export function pageFrom(first: number, length: number, meters: number, periodMs: number): ReadingColumns {
  const rows = Array.from({ length }, (_, row) => first + row);
  const from = first % meters;
  const channelKeys = Int32Array.from(rows, (no) => (from + (no - first)) % meters);
  const roundOf = (no: number) => Math.floor(no / meters);
  return {
    length,
    channels: Array.from(channelKeys, nameOf),
    channelKeys,
    channelNos: Int32Array.from(rows, (_, row) => row),
    readAtMs: Float64Array.from(rows, (no) => START_MS + roundOf(no) * periodMs),
    counts: BigInt64Array.from(rows, (no) => BigInt(1_000_000 + litresAt(roundOf(no), no % meters, periodMs))),
    gauges: new Float64Array(length).fill(Number.NaN),
    isRegister: new Uint8Array(length).fill(1),
    qualities: new Uint8Array(length),
    flags: new Uint32Array(length),
    origins: new Uint8Array(length),
  };
}

/** Litres used up to a round: nothing at night, a meter's own rate by day. */
function litresAt(round: number, meter: number, periodMs: number): number {
  const hours = (round * periodMs) / HOUR_MS;
  const days = Math.floor(hours / 24);
  return Math.round((days * 16 + Math.max(0, Math.min(16, (hours % 24) - 6))) * (3 + (meter % 17)));
}
