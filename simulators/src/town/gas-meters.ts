import { between, seedOf } from "../random.ts";
import { supplyOf } from "./district-meters.ts";
import { busIdOf, DISTRICTS } from "./districts.ts";
import { homeAddress, personName } from "./names.ts";
import { asNodes, GAS_REGISTERS } from "./registers.ts";
import type { TownMeter } from "./town.ts";

const STATION = "GAS-STATION";
/** Every fourth gas customer is a restaurant. */
const RESTAURANTS = [
  { nameZh: "老码头酒楼", nameEn: "Old Pier Restaurant", addressZh: "码头街6号", addressEn: "6 Pier Street" },
  { nameZh: "兰州拉面馆", nameEn: "Lanzhou Noodle House", addressZh: "东风路31号", addressEn: "31 Dongfeng Road" },
  { nameZh: "清河食堂", nameEn: "Qinghe Canteen", addressZh: "新民路12号", addressEn: "12 Xinmin Road" },
] as const;

/** The gas station, read over OPC UA, and its customers, spread over the four gateways. */
export function gasMeters(seed: number, customers: number): readonly TownMeter[] {
  return [station(seed), ...Array.from({ length: customers }, (_, i) => gasCustomer(seed, i))];
}

const COMMON = {
  commodity: "gas",
  dmaId: null,
  gasDistrictId: "GAS-1",
  maker: "LUXZ",
  model: "Precession vortex gas meter",
  digits: 8,
  occupants: 0,
} as const;

function station(seed: number): TownMeter {
  const nodeId = `ns=1;s=${STATION}`;
  const meterSeed = seedOf(seed, STATION);
  return {
    ...COMMON,
    id: STATION,
    seed: meterSeed,
    kind: "gas_station",
    unitId: "ORG-NORTH",
    profile: null,
    registers: asNodes(GAS_REGISTERS, nodeId),
    dnMm: 100,
    q3M3h: 250,
    periodS: 900,
    access: { kind: "opcua", nodeId },
    supply: null,
    initialCounts: Math.round(between(meterSeed, 90, 2e7, 6e7)),
  };
}

function gasCustomer(seed: number, index: number): TownMeter {
  const id = `GAS-C${String(index + 1).padStart(2, "0")}`;
  const meterSeed = seedOf(seed, id);
  const district = DISTRICTS[index % 4] ?? DISTRICTS[0];
  const restaurant = index % 4 === 3 ? RESTAURANTS[Math.floor(index / 4) % 3] : undefined;
  const person = { ...personName(meterSeed), ...homeAddress(seedOf(seed, "gas"), index) };
  return {
    ...COMMON,
    id,
    seed: meterSeed,
    kind: "gas_customer",
    unitId: district.unitId,
    profile: "vortex-gas",
    registers: GAS_REGISTERS,
    dnMm: restaurant === undefined ? 20 : 25,
    q3M3h: restaurant === undefined ? 4 : 16,
    periodS: 3600,
    access: { kind: "modbus", busId: busIdOf(district.code), unitId: 220 + index },
    supply: supplyOf(id, meterSeed, {
      ...(restaurant ?? person),
      kind: restaurant === undefined ? "person" : "org",
      isKeyAccount: false,
    }),
    initialCounts: Math.round(between(meterSeed, 90, 5_000, 300_000)),
  };
}
