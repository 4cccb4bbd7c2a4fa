import type { Town, TownMeter } from "@nightflow/simulators";
import { DEMO_USERS } from "../demo/people.ts";
import { channelsOf } from "./agent-config.ts";

type Row = Readonly<Record<string, string | number | boolean | null>>;

const TARIFFS = [
  { code: "WATER-RES", name_zh: "居民生活用水", name_en: "Residential water", commodity: "water", price_per_m3: 3.45 },
  { code: "WATER-NON", name_zh: "非居民用水", name_en: "Non-residential water", commodity: "water", price_per_m3: 5 },
  { code: "GAS-RES", name_zh: "居民用气", name_en: "Residential gas", commodity: "gas", price_per_m3: 3 },
  { code: "GAS-NON", name_zh: "非居民用气", name_en: "Non-residential gas", commodity: "gas", price_per_m3: 4.2 },
] as const;

/** The registry of a simulated town: rows by file, in the columns of docs/reference/registry.md. `agent` is `site/agent`. */
export function townRegistry(town: Town, agent: string): Readonly<Record<string, readonly Row[]>> {
  const company = companyOf(town);
  const supplied = town.meters.filter((meter) => meter.supply !== null);
  return {
    units: town.units.map((unit) => unitRow(unit, town.zone)),
    users: DEMO_USERS.map((user) => ({
      login: user.login,
      display_name: user.displayName,
      role: user.role,
      unit: user.region === "north" ? "ORG-NORTH" : company,
    })),
    tariffs: TARIFFS.map((tariff) => ({ ...tariff, currency: "CNY", valid_from: "2020-01-01", unit: company })),
    customers: supplied.map(customerRow),
    accounts: supplied.map(accountRow),
    dmas: town.dmas.map((dma) => dmaRow(dma, town)),
    "service-points": [...supplied.map(servicePointRow), ...town.meters.filter(isGauge).map(gaugePointRow)],
    meters: town.meters.map(meterRow),
    channels: town.meters.flatMap((meter) => channelRows(meter, agent)),
  };
}

function companyOf(town: Town): string {
  const company = town.units.find((unit) => unit.kind === "company");
  if (company === undefined) throw new RangeError("the town has no company");
  return company.id;
}

function unitRow(unit: Town["units"][number], zone: string): Row {
  const isCompany = unit.kind === "company";
  return {
    code: unit.id,
    parent: unit.parentId,
    kind: unit.kind,
    name_zh: unit.nameZh,
    name_en: unit.nameEn,
    zone: isCompany ? zone : null,
    currency: isCompany ? "CNY" : null,
  };
}

function supplyOf(meter: TownMeter): NonNullable<TownMeter["supply"]> {
  if (meter.supply === null) throw new RangeError(`meter ${meter.id} supplies nobody`);
  return meter.supply;
}

function customerRow(meter: TownMeter): Row {
  const { customer, isKeyAccount } = supplyOf(meter);
  const name = customer.nameZh === customer.nameEn ? customer.nameZh : `${customer.nameZh} ${customer.nameEn}`;
  return {
    no: customer.id,
    name,
    kind: customer.kind,
    service_class: isKeyAccount ? "vip" : "normal",
    unit: meter.unitId,
  };
}

function accountRow(meter: TownMeter): Row {
  const { customer, account, category, isKeyAccount } = supplyOf(meter);
  const tariff = `${meter.commodity === "gas" ? "GAS" : "WATER"}-${category === "residential" ? "RES" : "NON"}`;
  return {
    no: account.no,
    customer: customer.id,
    category,
    tariff,
    is_key_account: isKeyAccount,
    manager: isKeyAccount ? "manager" : null,
    unit: meter.unitId,
  };
}

function servicePointRow(meter: TownMeter): Row {
  const { account, servicePoint } = supplyOf(meter);
  return {
    no: servicePoint.id,
    account: account.no,
    commodity: meter.commodity,
    dma: meter.dmaId,
    address: servicePoint.addressZh,
    unit: meter.unitId,
  };
}

function isGauge(meter: TownMeter): boolean {
  return meter.kind === "pressure_gauge";
}

/** Where a gauge stands: a place in its district that supplies nobody. */
function gaugePointRow(meter: TownMeter): Row {
  const { id, commodity, dmaId, unitId } = meter;
  return { no: `SP-${id}`, account: null, commodity, dma: dmaId, address: `${id} 测压点`, unit: unitId };
}

function dmaRow(dma: Town["dmas"][number], town: Town): Row {
  const connections = town.meters.filter((meter) => meter.dmaId === dma.id && meter.supply !== null).length;
  return {
    id: dma.id,
    name_zh: dma.nameZh,
    name_en: dma.nameEn,
    mains_km: +(connections * 0.035).toFixed(1),
    connections,
    unit: dma.unitId,
  };
}

const PURPOSES = {
  household: "customer",
  hotel: "customer",
  factory: "customer",
  gas_customer: "customer",
  dma_inlet: "dma",
  gas_station: "station",
  pressure_gauge: "station",
} as const;

function meterRow(meter: TownMeter): Row {
  return {
    id: meter.id,
    maker: meter.maker,
    model: meter.model,
    purpose: PURPOSES[meter.kind],
    commodity: meter.commodity,
    dn: meter.dnMm,
    q3_m3h: isGauge(meter) ? null : meter.q3M3h,
    q4_m3h: isGauge(meter) ? null : meter.q3M3h * 1.25,
    capacity_m3: isGauge(meter) ? null : 10 ** meter.digits,
    period_s: meter.periodS,
    service_point: isGauge(meter) ? `SP-${meter.id}` : (meter.supply?.servicePoint.id ?? null),
    inlet_of_dma: meter.kind === "dma_inlet" ? meter.dmaId : null,
    unit: meter.unitId,
  };
}

function channelRows(meter: TownMeter, agent: string): Row[] {
  return channelsOf(meter).map(({ id, quantity, unit, resolution }) => ({
    id,
    meter: meter.id,
    quantity,
    unit,
    resolution: resolution ?? null,
    agent,
  }));
}
