import type { Quantity, Unit } from "@nightflow/domain";

/** A word in the two languages of the product. */
export interface Name {
  readonly nameZh: string;
  readonly nameEn: string;
}

/** The company, or one of its regions. */
export interface TownUnit extends Name {
  readonly id: string;
  readonly kind: "company" | "region";
  readonly parentId: string | null;
}

/** A metered water district; what its inlets measure is what its customers draw plus what the mains lose. */
export interface TownDma extends Name {
  readonly id: string;
  readonly unitId: string;
  readonly inletMeters: readonly string[];
  /** Steady background leakage of the mains, m³/h. */
  readonly lossM3h: number;
}

/** A gas station and the customers that it feeds. */
export interface GasDistrict extends Name {
  readonly id: string;
  readonly unitId: string;
  readonly stationMeter: string;
  readonly lossSm3h: number;
}

export type MeterKind =
  | "household"
  | "hotel"
  | "factory"
  | "dma_inlet"
  | "gas_station"
  | "gas_customer"
  | "pressure_gauge";
export type ProfileName = "siemens-mag6000" | "tuf-2000" | "vortex-gas";
/** 用水性质 / 用气性质. */
export type Category = "residential" | "non_residential";

/** A register or gauge that a meter serves, by the name that the meter's profile gives it. */
export interface TownRegister {
  readonly name: string;
  readonly quantity: Quantity;
  /** Unit of the channel: what `registerAt` gives for a gauge, and what counts are a resolution of. */
  readonly unit: Unit;
  /** Registers only. */
  readonly resolution?: number;
  /** OPC UA meters only. */
  readonly nodeId?: string;
}

export type MeterAccess =
  | { readonly kind: "modbus"; readonly busId: string; readonly unitId: number }
  | { readonly kind: "opcua"; readonly nodeId: string }
  /** The 14 digits of a CJ/T 188 address. */
  | { readonly kind: "cjt188"; readonly address: string }
  /** Primary address on a wired M-Bus. */
  | { readonly kind: "mbus"; readonly address: number }
  /** Eight digits that its telegrams bear. */
  | { readonly kind: "wmbus"; readonly number: string };

/** Who is supplied where; null for the utility's own meters. */
export interface Supply {
  readonly customer: Name & { readonly id: string; readonly kind: "person" | "org" };
  readonly account: { readonly id: string; readonly no: string };
  readonly servicePoint: { readonly id: string; readonly addressZh: string; readonly addressEn: string };
  readonly category: Category;
  readonly isKeyAccount: boolean;
}

/** A meter of the town: what the registry knows of it, and what its demand is made of. */
export interface TownMeter {
  readonly id: string;
  readonly seed: number;
  readonly kind: MeterKind;
  readonly commodity: "water" | "gas";
  /** Null for gas. */
  readonly dmaId: string | null;
  readonly gasDistrictId: string | null;
  readonly unitId: string;
  readonly maker: string;
  readonly model: string;
  /** Null for OPC UA, which needs no register map. */
  readonly profile: ProfileName | null;
  readonly dnMm: number;
  readonly q3M3h: number;
  /** Whole digits of the counter; it rolls over at 10^digits. */
  readonly digits: number;
  readonly periodS: number;
  readonly access: MeterAccess;
  readonly registers: readonly TownRegister[];
  readonly supply: Supply | null;
  /** People in the home; 0 elsewhere. */
  readonly occupants: number;
  /** What the counter showed when the town's history began, in counts. */
  readonly initialCounts: number;
}

/** One Modbus TCP gateway with its meters behind it. */
export interface TownGateway {
  readonly busId: string;
  readonly unitId: string;
}

/** A whole town, as plain data: the same seed gives the same town. */
export interface Town {
  readonly seed: number;
  readonly zone: string;
  readonly historyStartMs: number;
  readonly units: readonly TownUnit[];
  readonly dmas: readonly TownDma[];
  readonly gasDistricts: readonly GasDistrict[];
  readonly gateways: readonly TownGateway[];
  readonly meters: readonly TownMeter[];
}

/** Whether a meter counts what was consumed; a gauge does not. */
export function isCounting(meter: TownMeter): boolean {
  return meter.kind !== "pressure_gauge";
}

/** The register of a meter that counts what was consumed. */
export function totalRegisterOf(meter: TownMeter): TownRegister & { readonly resolution: number } {
  const name = meter.commodity === "gas" ? "vb_total" : "forward_total";
  const register = meter.registers.find((candidate) => candidate.name === name);
  if (register?.resolution === undefined) throw new RangeError(`meter ${meter.id} has no ${name}`);
  return { ...register, resolution: register.resolution };
}
