import { between, chance, seedOf } from "../random.ts";
import { busIdOf, type District } from "./districts.ts";
import { homeAddress, personName } from "./names.ts";
import { asNodes, MAG_REGISTERS, TUF_REGISTERS } from "./registers.ts";
import type { Supply, TownMeter } from "./town.ts";

type Shape = Pick<TownMeter, "maker" | "model" | "profile" | "registers" | "dnMm" | "q3M3h" | "digits">;

const MAG_DN80: Shape = {
  maker: "Siemens",
  model: "SITRANS F M MAG 6000",
  profile: "siemens-mag6000",
  registers: MAG_REGISTERS,
  dnMm: 80,
  q3M3h: 100,
  digits: 9,
};
const MAG_DN15: Shape = { ...MAG_DN80, dnMm: 15, q3M3h: 2.5 };
const TUF_DN15: Shape = {
  maker: "TUF",
  model: "TUF-2000",
  profile: "tuf-2000",
  registers: TUF_REGISTERS,
  dnMm: 15,
  q3M3h: 2.5,
  digits: 9,
};

/** The meters of one water district: the inlet, the hotel or factory where there is one, and the homes. */
export function districtMeters(district: District, town: { seed: number; homes: number }): readonly TownMeter[] {
  const homes = Array.from({ length: town.homes }, (_, i) => home(district, town.seed, i));
  const special = district.special === null ? [] : [keyAccount(district, town.seed)];
  return [inlet(district, town.seed), ...special, ...homes];
}

function common(district: District, id: string, seed: number) {
  return {
    id,
    seed: seedOf(seed, id),
    commodity: "water",
    dmaId: `DMA-${district.code}`,
    gasDistrictId: null,
    unitId: district.unitId,
    occupants: 0,
  } as const;
}

function inlet(district: District, seed: number): TownMeter {
  const base = common(district, `${district.code}-INLET`, seed);
  return {
    ...base,
    ...MAG_DN80,
    kind: "dma_inlet",
    periodS: 900,
    access: { kind: "modbus", busId: busIdOf(district.code), unitId: 1 },
    supply: null,
    initialCounts: Math.round(between(base.seed, 90, 4e8, 9e8)),
  };
}

const KEY_ACCOUNTS = {
  hotel: { nameZh: "北湖大酒店", nameEn: "North Lake Hotel", addressZh: "湖滨路1号", addressEn: "1 Lakeside Road" },
  factory: {
    nameZh: "南港食品厂",
    nameEn: "South Port Food Works",
    addressZh: "港前大道88号",
    addressEn: "88 Port Avenue",
  },
} as const;

function keyAccount(district: District, seed: number): TownMeter {
  const kind = district.special ?? "hotel";
  const id = kind.toUpperCase();
  const base = common(district, id, seed);
  const nodeId = `ns=1;s=${id}`;
  const isHotel = kind === "hotel";
  return {
    ...base,
    ...MAG_DN80,
    profile: isHotel ? null : MAG_DN80.profile,
    registers: isHotel ? asNodes(TUF_REGISTERS, nodeId) : MAG_REGISTERS,
    kind,
    periodS: 900,
    access: isHotel ? { kind: "opcua", nodeId } : { kind: "modbus", busId: busIdOf(district.code), unitId: 2 },
    supply: supplyOf(id, base.seed, { ...KEY_ACCOUNTS[kind], kind: "org", isKeyAccount: true }),
    initialCounts: Math.round(between(base.seed, 90, 1e8, 4e8)),
  };
}

function home(district: District, seed: number, index: number): TownMeter {
  const id = `${district.code}-H${String(index + 1).padStart(3, "0")}`;
  const base = common(district, id, seed);
  return {
    ...base,
    ...(chance(base.seed, 91) < 0.75 ? TUF_DN15 : MAG_DN15),
    kind: "household",
    periodS: 3600,
    access: { kind: "modbus", busId: busIdOf(district.code), unitId: 11 + index },
    supply: supplyOf(id, base.seed, {
      ...personName(base.seed),
      ...homeAddress(seedOf(seed, district.code), index),
      kind: "person",
      isKeyAccount: false,
    }),
    occupants: 1 + Math.floor(chance(base.seed, 92) * 5),
    initialCounts: Math.round(between(base.seed, 90, 20_000, 1_800_000)),
  };
}

const OTHERS = [
  {
    id: "CJT188",
    maker: "Qinghe",
    model: "CJ/T 188 cold water",
    access: { kind: "cjt188", address: "11110020260131" },
  },
  { id: "MBUS", maker: "Qinghe", model: "M-Bus cold water", access: { kind: "mbus", address: 7 } },
  { id: "WMBUS", maker: "Qinghe", model: "wireless M-Bus cold water", access: { kind: "wmbus", number: "20260131" } },
] as const;

/** A home for each of the slow protocols: their meters have a total and a flow. */
export function otherHomes(district: District, seed: number): readonly TownMeter[] {
  return OTHERS.map(({ id, maker, model, access }, index) => ({
    ...home(district, seed, 150 + index),
    ...common(district, `${district.code}-${id}`, seed),
    ...TUF_DN15,
    maker,
    model,
    profile: null,
    registers: access.kind === "cjt188" ? TUF_REGISTERS.slice(0, 1) : TUF_REGISTERS,
    periodS: 900,
    access,
    occupants: 3,
    supply: supplyOf(`${district.code}-${id}`, seedOf(seed, id), {
      ...personName(seedOf(seed, id)),
      ...homeAddress(seedOf(seed, district.code), 150 + index),
      kind: "person",
      isKeyAccount: false,
    }),
  }));
}

interface Who {
  readonly nameZh: string;
  readonly nameEn: string;
  readonly addressZh: string;
  readonly addressEn: string;
  readonly kind: "person" | "org";
  readonly isKeyAccount: boolean;
}

/** Who is supplied through a meter; ids follow the meter's, the account number is ten digits. */
export function supplyOf(meterId: string, seed: number, who: Who): Supply {
  return {
    customer: { id: `C-${meterId}`, nameZh: who.nameZh, nameEn: who.nameEn, kind: who.kind },
    account: { id: `A-${meterId}`, no: String(1_000_000_000 + seed) },
    servicePoint: { id: `SP-${meterId}`, addressZh: who.addressZh, addressEn: who.addressEn },
    category: who.kind === "person" ? "residential" : "non_residential",
    isKeyAccount: who.isKeyAccount,
  };
}
