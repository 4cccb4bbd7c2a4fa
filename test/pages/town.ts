import { newId, type Role } from "@nightflow/domain";
import { hashPassword, TEST_PASSWORD_COST } from "@nightflow/domain/passwords";
import type { Sql } from "@nightflow/storage";

/** Password of everybody in the town. */
export const PASSWORD = "correct horse battery";

const PEOPLE: readonly (readonly [login: string, name: string, role: Role, unit: "town" | "north"])[] = [
  ["admin", "系统管理员", "admin", "town"],
  ["collector", "陈采集", "collector", "town"],
  ["control", "王调度", "control", "town"],
  ["manager", "李经理", "manager", "town"],
  ["desk", "赵服务", "desk", "town"],
  ["desk-north", "孙北区", "desk", "north"],
];

interface Place {
  readonly id: string;
  readonly zh: string;
  readonly en: string;
  readonly unit: "north" | "south";
  readonly customers: number;
}

/** The districts of the town. */
export const DISTRICTS: readonly Place[] = [
  { id: "DMA-1", zh: "湖滨北区", en: "Lakeside North", unit: "north", customers: 61 },
  { id: "DMA-2", zh: "老城", en: "Old Town", unit: "north", customers: 48 },
  { id: "DMA-3", zh: "工业园", en: "Industrial Park", unit: "south", customers: 17 },
  { id: "DMA-4", zh: "新港", en: "New Harbour", unit: "south", customers: 74 },
];

/** A meter of the town with its customer. */
export interface TownMeter {
  readonly id: string;
  readonly dma: string | null;
  readonly unit: "north" | "south";
  readonly commodity: "water" | "gas";
  readonly purpose: "customer" | "dma";
  readonly address: string;
  readonly customer?: string;
  readonly isKeyAccount?: boolean;
  readonly periodS: number;
  readonly agent: string;
}

const customer = (meter: Omit<TownMeter, "commodity" | "purpose" | "agent"> & Partial<TownMeter>): TownMeter => ({
  commodity: "water",
  purpose: "customer",
  agent: meter.unit === "north" ? "town/gw-north" : "town/gw-south",
  ...meter,
});

/** The meters of the town. */
export const METERS: readonly TownMeter[] = [
  ...DISTRICTS.map((dma) =>
    customer({ id: `${dma.id}-IN`, dma: dma.id, unit: dma.unit, purpose: "dma", address: "", periodS: 900 }),
  ),
  customer({
    id: "HOTEL-1",
    dma: "DMA-1",
    unit: "north",
    address: "湖滨路 18 号",
    customer: "湖滨大酒店",
    isKeyAccount: true,
    periodS: 900,
  }),
  customer({
    id: "FACTORY-1",
    dma: "DMA-3",
    unit: "south",
    address: "工业大道 200 号",
    customer: "东方印染厂",
    isKeyAccount: true,
    periodS: 900,
  }),
  customer({
    id: "H-0101",
    dma: "DMA-1",
    unit: "north",
    address: "湖滨路 22 号 101 室",
    customer: "周敏",
    periodS: 3600,
  }),
  customer({
    id: "H-0102",
    dma: "DMA-1",
    unit: "north",
    address: "湖滨路 22 号 102 室",
    customer: "吴强",
    periodS: 3600,
  }),
  customer({ id: "H-0201", dma: "DMA-2", unit: "north", address: "老城街 5 号", customer: "郑丽", periodS: 3600 }),
  customer({ id: "H-0202", dma: "DMA-2", unit: "north", address: "老城街 7 号", customer: "冯军", periodS: 3600 }),
  customer({ id: "H-0401", dma: "DMA-4", unit: "south", address: "港湾路 3 号", customer: "许静", periodS: 3600 }),
  customer({
    id: "G-0001",
    dma: null,
    unit: "south",
    commodity: "gas",
    address: "港湾路 9 号 2 楼",
    customer: "韩餐馆",
    periodS: 3600,
  }),
];

/** Ids that paths through the pages need. */
export interface TownIds {
  readonly units: Readonly<Record<"town" | "north" | "south", string>>;
  readonly users: ReadonlyMap<string, string>;
  /** Account of a meter. */
  readonly accounts: ReadonlyMap<string, string>;
}

/** Units and people: what even an empty town has. */
export async function insertPeople(sql: Sql): Promise<Pick<TownIds, "units" | "users">> {
  const units = { town: newId(), north: newId(), south: newId() };
  await sql.query(
    `insert into org_unit (id, code, parent_id, kind, name_zh, name_en, path, zone, currency) values
       ($1, 'town', null, 'company', '滨湖水务', 'Lakeside Water', 'town/', 'Asia/Shanghai', 'CNY'),
       ($2, 'north', $1, 'region', '北区', 'North', 'town/north/', null, null),
       ($3, 'south', $1, 'region', '南区', 'South', 'town/south/', null, null)`,
    [units.town, units.north, units.south],
  );
  const hash = await hashPassword(PASSWORD, TEST_PASSWORD_COST);
  const users = new Map<string, string>();
  for (const [login, name, role, unit] of PEOPLE) {
    const id = newId();
    users.set(login, id);
    await sql.query(
      "insert into app_user (id, login, password_hash, display_name, role, unit_id) values ($1, $2, $3, $4, $5, $6)",
      [id, login, hash, name, role, units[unit]],
    );
  }
  return { units, users };
}

/** Districts, customers, meters, agents. */
export async function insertTown(sql: Sql): Promise<TownIds> {
  const people = await insertPeople(sql);
  const { units, users } = people;
  for (const dma of DISTRICTS)
    await sql.query(
      "insert into dma (id, name_zh, name_en, mains_km, connections, unit_id) values ($1, $2, $3, 12.4, $4, $5)",
      [dma.id, dma.zh, dma.en, dma.customers, units[dma.unit]],
    );
  const tariff = newId();
  await sql.query(
    `insert into tariff (id, code, name_zh, name_en, commodity, currency, price_per_m3, valid_from, unit_id)
     values ($1, 'W-1', '非居民水价', 'Non-residential water', 'water', 'CNY', 4.5, '2020-01-01', $2)`,
    [tariff, units.town],
  );
  const accounts = new Map<string, string>();
  for (const meter of METERS) {
    const account = await insertMeter(sql, meter, { units, tariff, manager: users.get("manager") ?? null });
    if (account !== null) accounts.set(meter.id, account);
  }
  return { ...people, accounts };
}

interface Around {
  readonly units: TownIds["units"];
  readonly tariff: string;
  readonly manager: string | null;
}

async function insertMeter(sql: Sql, meter: TownMeter, around: Around): Promise<string | null> {
  const unit = around.units[meter.unit];
  const point = meter.purpose === "customer" ? await insertPoint(sql, meter, around) : null;
  await sql.query(
    `insert into meter (id, serial, maker, model, purpose, commodity, dn, q3_m3h, q4_m3h, period_s, service_point_id, unit_id)
     values ($1::text, 'SN-' || $1::text, 'Siemens', 'MAG 6000', $2, $3, 50, 25, 31, $4, $5, $6)`,
    [meter.id, meter.purpose, meter.commodity, meter.periodS, point?.id ?? null, unit],
  );
  const quantity = meter.commodity === "gas" ? "vb_total" : "forward_total";
  await sql.query(
    "insert into channel (id, meter_id, quantity, unit, resolution, agent) values ($1, $2, $3, $4, 0.001, $5)",
    [channelOf(meter), meter.id, quantity, meter.commodity === "gas" ? "Sm3" : "m3", meter.agent],
  );
  if (meter.purpose === "dma")
    await sql.query("insert into dma_meter (dma_id, meter_id, sign) values ($1, $2, 1)", [meter.dma, meter.id]);
  return point?.account ?? null;
}

/** The main register of a meter. */
export function channelOf(meter: Pick<TownMeter, "id" | "commodity">): string {
  return `${meter.id}.${meter.commodity === "gas" ? "vb_total" : "forward_total"}`;
}

async function insertPoint(sql: Sql, meter: TownMeter, { units, tariff, manager }: Around) {
  const [customerId, account, id] = [newId(), newId(), newId()];
  const unit = units[meter.unit];
  await sql.query("insert into customer (id, no, name, kind, unit_id) values ($1, $2, $3, 'org', $4)", [
    customerId,
    `C-${meter.id}`,
    meter.customer,
    unit,
  ]);
  await sql.query(
    `insert into account (id, no, customer_id, category, tariff_id, is_key_account, manager_id, unit_id)
     values ($1, $2, $3, 'commercial', $4, $5, $6, $7)`,
    [
      account,
      `8${meter.id}`,
      customerId,
      tariff,
      meter.isKeyAccount ?? false,
      meter.isKeyAccount ? manager : null,
      unit,
    ],
  );
  await sql.query(
    "insert into service_point (id, no, account_id, commodity, dma_id, address, unit_id) values ($1, $2, $3, $4, $5, $6, $7)",
    [id, `P-${meter.id}`, account, meter.commodity, meter.dma, meter.address, unit],
  );
  return { id, account };
}
