import { between, seedOf } from "../random.ts";
import type { District } from "./districts.ts";
import type { TownMeter } from "./town.ts";

const GAUGES = 4;
const SLOT_MS = 900_000;
/** What a transmitter is wrong by from one quarter-hour to the next, kPa. */
const NOISE_KPA = 0.4;

/** The pressure gauges of a water district: behind its valve and in its far corners, each an OPC UA node. */
export function pressureGauges(district: District, seed: number): readonly TownMeter[] {
  return Array.from({ length: GAUGES }, (_, at) => {
    const id = `${district.code}-P${at + 1}`;
    const nodeId = `ns=1;s=${id}`;
    return {
      id,
      seed: seedOf(seed, id),
      kind: "pressure_gauge",
      commodity: "water",
      dmaId: `DMA-${district.code}`,
      gasDistrictId: null,
      unitId: district.unitId,
      maker: "Endress+Hauser",
      model: "Cerabar PMP51",
      profile: null,
      dnMm: 15,
      q3M3h: 0,
      digits: 1,
      periodS: 900,
      access: { kind: "opcua", nodeId },
      registers: [{ name: "pressure", quantity: "pressure", unit: "kPa", nodeId: `${nodeId}.pressure` }],
      supply: null,
      occupants: 0,
      initialCounts: 0,
    };
  });
}

/** Number of a gauge among those of its district, from 0. */
export function gaugeNo(gauge: TownMeter): number {
  return Number(gauge.id.slice(gauge.id.lastIndexOf("P") + 1)) - 1;
}

/** What a gauge shows of a pressure at an instant, kPa. */
export function shownKPa(gauge: TownMeter, kPa: number, atMs: number): number {
  const noise = between(gauge.seed, Math.floor(atMs / SLOT_MS), -NOISE_KPA, NOISE_KPA);
  return Math.max(0, Math.round((kPa + noise) * 10) / 10);
}
