import { DAY_MS, HOUR_MS } from "../demand/calendar.ts";
import { chance } from "../random.ts";
import type { Town, TownMeter } from "../town/town.ts";
import { TownRegisters } from "../town/town-registers.ts";
import { type Fault, FaultPlan } from "./fault.ts";

/** Hours after the live start at which each fault of the script begins and ends. */
const SCRIPT_H = {
  toilet: { from: 1, to: 24 * 14 },
  burst: { from: 5, to: 5 + 20 },
  networkLeak: { from: 24, to: 24 * 12 },
  silentUnit: { from: 6, to: 24 * 4 },
  growingLeak: { from: 30, to: 24 * 15 },
  extraUse: { from: 50, to: 50 + 24 * 3 },
  pumpTrip: { from: 60, to: 62 },
  gasLeak: { from: 72, to: 24 * 7 },
} as const;

/**
 * What goes wrong in the town once it is live: a toilet within the first hour, a burst, a silent unit, a leak of the
 * mains of a quarter of the district's inflow, a leak that grows for days, a hotel that uses far more than ever, and
 * a gas tap left open; for two hours the pumps before the second district stand. Each has an end; a repair through the control port may come first.
 */
export function defaultFaultScript(town: Town, liveStartMs: number): FaultPlan {
  const span = (hours: { from: number; to: number }) => ({
    startMs: liveStartMs + hours.from * HOUR_MS,
    endMs: liveStartMs + hours.to * HOUR_MS,
  });
  const homes = quietHomes(town);
  const home = (index: number) => homes[index % homes.length]?.id ?? "";
  const gasHome = town.meters.find((meter) => meter.kind === "gas_customer")?.id;
  const hotel = town.meters.find((meter) => meter.kind === "hotel")?.id;
  const dma = town.dmas.at(-1)?.id ?? "";
  const faults: Fault[] = [
    { id: "toilet-1", kind: "toilet", meter: home(0), flowM3h: 0.15, ...span(SCRIPT_H.toilet) },
    { id: "burst-1", kind: "burst", meter: home(1), flowM3h: 1.8, ...span(SCRIPT_H.burst) },
    { id: "silent-1", kind: "silent_unit", meter: home(2), ...span(SCRIPT_H.silentUnit) },
    {
      id: "network-1",
      kind: "network_leak",
      dma,
      flowM3h: quarterOfInflowM3h(town, dma, liveStartMs),
      ...span(SCRIPT_H.networkLeak),
    },
    {
      id: "growing-1",
      kind: "growing_leak",
      meter: home(3),
      flowM3h: 0.2,
      rampMs: 5 * DAY_MS,
      ...span(SCRIPT_H.growingLeak),
    },
    { id: "pump-1", kind: "pump_trip", dma: town.dmas[1]?.id ?? dma, headM: 15, ...span(SCRIPT_H.pumpTrip) },
  ];
  if (hotel !== undefined)
    faults.push({ id: "extra-1", kind: "extra_use", meter: hotel, flowM3h: 3, ...span(SCRIPT_H.extraUse) });
  if (gasHome !== undefined)
    faults.push({ id: "gas-1", kind: "gas_leak", meter: gasHome, flowM3h: 0.06, ...span(SCRIPT_H.gasLeak) });
  return FaultPlan.parse(faults);
}

/**
 * Homes of the first two districts in a seeded order, those of one or two people first: they are away most of the
 * day, so a flow that never stops stands out soonest.
 */
function quietHomes(town: Town): readonly TownMeter[] {
  const districts = new Set(town.dmas.slice(0, 2).map((dma) => dma.id));
  const rank = (meter: TownMeter) => (meter.occupants <= 2 ? 0 : 1) + chance(meter.seed, 97);
  return town.meters
    .filter((meter) => meter.kind === "household" && meter.dmaId !== null && districts.has(meter.dmaId))
    .sort((a, b) => rank(a) - rank(b));
}

function quarterOfInflowM3h(town: Town, dmaId: string, liveStartMs: number): number {
  const inlet = town.dmas.find((dma) => dma.id === dmaId)?.inletMeters[0] ?? "";
  const registers = new TownRegisters(town);
  const fromMs = Math.max(town.historyStartMs, liveStartMs - 7 * DAY_MS);
  const hours = Math.max(1, (liveStartMs - fromMs) / HOUR_MS);
  const counts =
    registers.registerAt(inlet, "forward_total", fromMs + hours * HOUR_MS) -
    registers.registerAt(inlet, "forward_total", fromMs);
  return Math.round(Math.max(10, counts / hours / 4)) / 1000;
}
