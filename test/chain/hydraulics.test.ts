import { Engine, type FindingEvent, type MeteredChannel } from "@nightflow/analytics";
import { buildTown, type DistrictHour, type DistrictHours, districtHours, type MainsLeak } from "@nightflow/simulators";
import { beforeAll, describe, expect, test } from "vitest";

const HOUR_MS = 3_600_000;
const DAY_H = 24;
const START_MS = Date.parse("2026-03-01T16:00:00Z");
const DAYS = 49;
/** Five weeks in which nothing happens. */
const FAULT_H = 35 * DAY_H;
const DMA = "DMA-N2";

const town = buildTown({ seed: 1, historyStartMs: START_MS - DAY_H * HOUR_MS, homesPerDma: 24 });
const homes = town.meters.filter(({ dmaId, supply }) => dmaId === DMA && supply !== null);

function channelOf(meter: string, change: Partial<MeteredChannel>): MeteredChannel {
  return {
    channel: meter,
    meter,
    purpose: "customer",
    commodity: "water",
    quantity: "forward_total",
    periodMs: HOUR_MS,
    litresPerCount: 1,
    capacityCounts: null,
    maxCountsPerHour: null,
    q3M3h: null,
    dma: DMA,
    inletOf: [],
    account: null,
    isKeyAccount: false,
    unitId: "",
    unitPath: "town/",
    zone: town.zone,
    currency: "CNY",
    pricePerM3: 3,
    agent: null,
    ...change,
  };
}

/** The inlet, the customers' meters (forty homes each) and the gauges of a district, as the registry knows them. */
function registryOf({ network }: DistrictHours): MeteredChannel[] {
  const gauge = (node: string) =>
    channelOf(node, { purpose: "station", quantity: "pressure", unit: "kPa", litresPerCount: null });
  return [
    channelOf("inlet", { purpose: "dma", dma: null, inletOf: [{ dma: DMA, sign: 1 }] }),
    ...homes.map(({ id }) => channelOf(id, {})),
    ...network.gaugeNodes.map(gauge),
  ];
}

/** The hours of a district through the engine, hour by hour: registers at the end of each hour, gauges in it. */
function replay(solved: DistrictHours): FindingEvent[] {
  const registry = registryOf(solved);
  const engine = new Engine(registry);
  const totals = new Map<string, number>();
  const channels = registry.map(({ channel }) => channel);
  const length = channels.length;
  const column = { channelNos: Int32Array.from(channels, (_, no) => no), flags: new Uint32Array(length) };
  return solved.hours.flatMap((hour) => {
    const values = channels.map((channel) => shownBy(hour, channel, totals));
    const readings = {
      ...column,
      length,
      channels,
      readAtMs: new Float64Array(length).fill(hour.startMs + HOUR_MS),
      counts: BigInt64Array.from(values, (value) => BigInt(Math.round(value))),
      gauges: Float64Array.from(values),
      isRegister: Uint8Array.from(registry, ({ litresPerCount }) => (litresPerCount === null ? 0 : 1)),
      qualities: new Uint8Array(length),
      origins: new Uint8Array(length),
    };
    return [...engine.feed(readings).events];
  });
}

/** Litres so far of a register, or kPa of a gauge. */
function shownBy(hour: DistrictHour, channel: string, totals: Map<string, number>): number {
  const pressure = hour.pressureKPa.get(channel);
  if (pressure !== undefined) return pressure + noiseKPa(hour.startMs, channel);
  const m3 = channel === "inlet" ? hour.inflowM3h : (hour.customersM3.get(channel) ?? 0);
  const total = (totals.get(channel) ?? 1_000_000) + 1000 * m3;
  totals.set(channel, total);
  return total;
}

/** What a transmitter is wrong by, ±0.4 kPa, always the same (the finaliser of MurmurHash3). */
function noiseKPa(atMs: number, channel: string): number {
  let mixed =
    Math.imul(atMs / HOUR_MS, 0x85ebca6b) ^ Math.imul(channel.charCodeAt(1) * 131 + channel.charCodeAt(3), 0x9e3779b9);
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (((mixed ^ (mixed >>> 16)) >>> 0) / 2 ** 32 - 0.5) * 0.8;
}

/** Findings about the district and its gauges, with the hours from the fault to when they were knowable. */
function told(events: readonly FindingEvent[]): { rule: string; type: string; hours: number; at: string }[] {
  return events
    .filter(({ type, subject }) => type !== "update" && !homes.some(({ id }) => id === subject))
    .map(({ rule, type, atMs, evidence }) => ({
      rule,
      type,
      hours: Math.round((atMs - START_MS) / HOUR_MS) - FAULT_H,
      at: String(evidence?.details.gauge ?? ""),
    }));
}

const plan = { town, dmaId: DMA, fromMs: START_MS, hours: DAYS * DAY_H, homesEach: 40 };
const faultMs = START_MS + FAULT_H * HOUR_MS;
const solve = (change: object = {}) => districtHours({ ...plan, ...change });

describe("what hydraulics do, the detectors tell", () => {
  let quiet: DistrictHours;
  let burst: DistrictHours;
  const leak: MainsLeak = { node: "J6-5", coefficient: 1, fromMs: faultMs, toMs: Number.POSITIVE_INFINITY };

  beforeAll(async () => {
    quiet = await solve();
    burst = await solve({ leaks: [leak] });
  });

  test("seven quiet weeks are silent", () => {
    expect(told(replay(quiet))).toEqual([]);
  });

  test("a burst in a far corner is found by the night flow, the balance and the gauge beside it", () => {
    const leakM3h = (burst.hours[FAULT_H + 3]?.leakM3h ?? 0) - (quiet.hours[FAULT_H + 3]?.leakM3h ?? 0);
    expect(leakM3h).toBeGreaterThan(4);
    const opened = told(replay(burst)).filter(({ type }) => type === "open");
    const hoursOf = (rule: string) => opened.find((one) => one.rule === rule)?.hours ?? Number.NaN;
    expect(hoursOf("NIGHT_MIN")).toBeLessThanOrEqual(30);
    expect(hoursOf("DMA_LOSS")).toBeLessThanOrEqual(30);
    expect(hoursOf("PRESS_RESID")).toBeLessThanOrEqual(80);
    expect(opened.find(({ rule }) => rule === "PRESS_RESID")?.at).toBe("J7-6");
    expect(opened.every(({ hours }) => hours > 0)).toBe(true);
  });

  test("one of twice the size is beside its gauge after the first night", async () => {
    const events = replay(await solve({ leaks: [{ ...leak, coefficient: 2 }] }));
    const first = told(events).find(({ rule, type }) => rule === "PRESS_RESID" && type === "open");
    expect(first).toMatchObject({ at: "J7-6" });
    expect(first?.hours).toBeLessThanOrEqual(30);
  });

  test("a pump that trips for two hours is low pressure within the hour, over an hour after, and no leak", async () => {
    const isTripped = (atMs: number) => atMs >= faultMs + 10 * HOUR_MS && atMs < faultMs + 12 * HOUR_MS;
    const events = told(replay(await solve({ supplyHeadM: (atMs: number) => (isTripped(atMs) ? 12 : undefined) })));
    const low = events.filter(({ rule }) => rule === "PRESS_LOW");
    expect(low.filter(({ type }) => type === "open").map(({ hours }) => hours)).toEqual([12, 12, 12, 12]);
    expect(low.filter(({ type }) => type === "clear").map(({ hours }) => hours)).toEqual([14, 14, 14, 14]);
    expect(events.filter(({ rule }) => rule === "NIGHT_MIN" || rule === "DMA_LOSS")).toEqual([]);
  });

  test("three days of a third more demand are neither a leak nor a loss", async () => {
    const isPeak = (atMs: number) => atMs >= faultMs && atMs < faultMs + 3 * DAY_H * HOUR_MS;
    const events = told(replay(await solve({ demandFactor: (atMs: number) => (isPeak(atMs) ? 1.33 : 1) })));
    expect(events.filter(({ rule }) => rule === "NIGHT_MIN" || rule === "DMA_LOSS" || rule === "PRESS_LOW")).toEqual(
      [],
    );
  });
});
