import { expect, test } from "vitest";
import { DAY_MS, HOUR_MS } from "../demand/calendar.ts";
import type { Fault } from "../faults/fault.ts";
import { FaultBook } from "../faults/fault-book.ts";
import { buildTown } from "../town/build-town.ts";
import { TownRegisters } from "../town/town-registers.ts";
import { TownPressures } from "./town-pressures.ts";

const startMs = Date.parse("2026-03-01T16:00:00Z");
const town = buildTown({ seed: 1, historyStartMs: startMs - DAY_MS });

/** What every gauge of a district shows in each hour of two days. */
async function shown(dmaId: string, faults: readonly Fault[]): Promise<Map<string, number[]>> {
  const book = new FaultBook(faults);
  const pressures = await TownPressures.open(town, book);
  const registers = new TownRegisters(town, book, pressures);
  const gauges = town.meters.filter((meter) => meter.kind === "pressure_gauge" && meter.dmaId === dmaId);
  const hours = Array.from({ length: 48 }, (_, hour) => startMs + hour * HOUR_MS);
  const read = gauges.map(({ id }) => [id, hours.map((atMs) => registers.registerAt(id, "pressure", atMs))] as const);
  pressures.close();
  return new Map(read);
}

test("four gauges of a district show what its mains have, the same for the same seed, lower where people draw", async () => {
  const [once, again] = [await shown("DMA-N2", []), await shown("DMA-N2", [])];
  expect([...once.keys()]).toEqual(["N2-P1", "N2-P2", "N2-P3", "N2-P4"]);
  expect(again).toEqual(once);
  for (const kPa of once.values()) for (const value of kPa) expect(value).toBeGreaterThan(200);
  const far = once.get("N2-P4") ?? [];
  expect(Math.max(...far.slice(2, 5))).toBeGreaterThan(Math.min(...far.slice(6, 23)) + 2);
});

test("a tripped pump lowers all gauges below the least service pressure for its two hours alone", async () => {
  const [fromMs, toMs] = [startMs + 30 * HOUR_MS, startMs + 32 * HOUR_MS];
  const trip: Fault = { id: "pump", kind: "pump_trip", dma: "DMA-N2", headM: 15, startMs: fromMs, endMs: toMs };
  for (const kPa of (await shown("DMA-N2", [trip])).values()) {
    expect(Math.max(...kPa.slice(30, 32))).toBeLessThan(140);
    expect(Math.min(...kPa.slice(0, 30), ...kPa.slice(32))).toBeGreaterThan(200);
  }
});

test("a leak of the mains lowers the far gauges, and the inlet's hardly", async () => {
  const leak: Fault = {
    id: "leak",
    kind: "network_leak",
    dma: "DMA-S2",
    flowM3h: 0.3,
    startMs: startMs + 24 * HOUR_MS,
    endMs: null,
  };
  const [sound, leaking] = [await shown("DMA-S2", []), await shown("DMA-S2", [leak])];
  const fallOf = (gauge: string) => (sound.get(gauge)?.[27] ?? 0) - (leaking.get(gauge)?.[27] ?? 0);
  expect(Math.abs(fallOf("S2-P1"))).toBeLessThan(0.5);
  expect(Math.max(fallOf("S2-P2"), fallOf("S2-P3"), fallOf("S2-P4"))).toBeGreaterThan(1);
});
