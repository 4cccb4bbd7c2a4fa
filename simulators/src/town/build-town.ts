import { z } from "zod";
import { between, seedOf } from "../random.ts";
import { districtMeters, otherHomes } from "./district-meters.ts";
import { busIdOf, DISTRICTS, type District } from "./districts.ts";
import { gasMeters } from "./gas-meters.ts";
import { pressureGauges } from "./pressure-gauges.ts";
import type { Town, TownDma, TownGateway, TownUnit } from "./town.ts";

/** What a town is built of; one town for one seed, whatever else runs. */
export const TownSpec = z.strictObject({
  seed: z.int().min(0).default(1).meta({ description: "Seed of everything that happens in the town." }),
  historyStartMs: z
    .int()
    .meta({ description: "First instant that the town's meters know, before any instant asked.", unit: "ms" }),
  zone: z.string().default("Asia/Shanghai").meta({ description: "Time zone that the town lives by." }),
  homesPerDma: z.int().min(1).max(200).default(48).meta({ description: "Homes in each of the four districts." }),
  otherProtocols: z.boolean().default(false).meta({
    description: "Homes in the first district that are read over CJ/T 188, M-Bus and wireless M-Bus, one each.",
  }),
  gasCustomers: z.int().min(0).max(40).default(12).meta({ description: "Customers of the gas station." }),
});
export type TownSpec = z.input<typeof TownSpec>;

const COMPANY = "ORG-QINGHE";
const UNITS: readonly TownUnit[] = [
  { id: COMPANY, kind: "company", parentId: null, nameZh: "清河水务燃气有限公司", nameEn: "Qinghe Water & Gas" },
  { id: "ORG-NORTH", kind: "region", parentId: COMPANY, nameZh: "城北营业所", nameEn: "North branch" },
  { id: "ORG-SOUTH", kind: "region", parentId: COMPANY, nameZh: "城南营业所", nameEn: "South branch" },
];

/**
 * A town from a seed: four water districts with their homes, a hotel and a factory, each behind an inlet meter; a gas
 * station with its customers; four pressure gauges in each district; four Modbus gateways and an OPC UA server.
 *
 * @throws {z.ZodError} when the specification is not one.
 */
export function buildTown(spec: TownSpec): Town {
  const { seed, historyStartMs, zone, homesPerDma, gasCustomers, otherProtocols } = TownSpec.parse(spec);
  const water = DISTRICTS.flatMap((district) => [
    ...districtMeters(district, { seed, homes: homesPerDma }),
    ...pressureGauges(district, seed),
  ]);
  const others = otherProtocols ? otherHomes(DISTRICTS[0], seed) : [];
  return {
    seed,
    zone,
    historyStartMs,
    units: UNITS,
    dmas: DISTRICTS.map((district) => dmaOf(district, seed)),
    gasDistricts: [
      {
        id: "GAS-1",
        unitId: "ORG-NORTH",
        stationMeter: "GAS-STATION",
        nameZh: "清河调压站",
        nameEn: "Qinghe gas station",
        lossSm3h: 0.02,
      },
    ],
    gateways: DISTRICTS.map(gatewayOf),
    meters: [...water, ...others, ...gasMeters(seed, gasCustomers)],
  };
}

function dmaOf(district: District, seed: number): TownDma {
  return {
    id: `DMA-${district.code}`,
    unitId: district.unitId,
    nameZh: district.nameZh,
    nameEn: district.nameEn,
    inletMeters: [`${district.code}-INLET`],
    lossM3h: Math.round(between(seedOf(seed, district.code), 1, 60, 120)) / 1000,
  };
}

function gatewayOf(district: District): TownGateway {
  return { busId: busIdOf(district.code), unitId: district.unitId };
}
