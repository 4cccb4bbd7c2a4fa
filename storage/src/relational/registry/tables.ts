import { Quantity, Role, Unit, UnitKind } from "@nightflow/domain";
import * as cell from "./cells.ts";
import { type Column, optional, required } from "./cells.ts";

/** One file of the registry and the table that it fills. */
export interface TableSpec {
  /** Name of the file without `.csv`. */
  readonly name: RegistryTable;
  readonly description: string;
  /** Table of the database. */
  readonly table: string;
  /** Column that names a row, in the file and in the database. */
  readonly key: string;
  /** Whether rows have an id of their own beside their key. */
  readonly hasUuid: boolean;
  readonly columns: Readonly<Record<string, Column>>;
}

/** Names of the registry's files without `.csv`, in the order in which they are written. */
export const REGISTRY_TABLES = [
  "units",
  "holidays",
  "users",
  "tariffs",
  "customers",
  "accounts",
  "dmas",
  "service-points",
  "meters",
  "channels",
] as const;
export type RegistryTable = (typeof REGISTRY_TABLES)[number];

const COMMODITY = cell.oneOf(["water", "gas"]);
const STATUS = cell.oneOf(["active", "suspended", "closed"]);
const STATUS_SINCE = optional(
  cell.since,
  "Since when it has its status: use after that is nobody's (USE_INACTIVE). Empty: the time of the import that changed the status.",
);
const refersTo = (table: RegistryTable, field: string) => ({ refersTo: table, field });
const UNIT = required(cell.code, "Organisational unit that it belongs to.", refersTo("units", "unit_id"));
const NAME_ZH = required(cell.anyText, "Name in Chinese.");
const NAME_EN = required(cell.anyText, "Name in English.");

const units: TableSpec = {
  name: "units",
  description: "The organisation: a tree of companies, branches, regions, stations and crews.",
  table: "org_unit",
  key: "code",
  hasUuid: true,
  columns: {
    code: required(cell.code, "Code, unique in the installation."),
    parent: optional(cell.code, "Unit above it; empty at the top.", refersTo("units", "parent_id")),
    kind: required(cell.oneOf(UnitKind.options), "What it is."),
    name_zh: NAME_ZH,
    name_en: NAME_EN,
    zone: optional(cell.zone, "Time zone of nights and days; a company needs one."),
    currency: optional(cell.currency, "Currency; a company needs one."),
  },
};

const holidays: TableSpec = {
  name: "holidays",
  description:
    "Festivals and other days on which people use water and gas otherwise than usual. Nights of them are no leaks.",
  table: "holiday",
  key: "id",
  hasUuid: false,
  columns: {
    id: required(cell.id, "Id, for example CN-2026-spring."),
    unit: { ...UNIT, description: "Unit that keeps it, with everything below it." },
    first_day: required(cell.day, "First day."),
    last_day: required(cell.day, "Last day; at most 60 days later."),
    name_zh: NAME_ZH,
    name_en: NAME_EN,
  },
};

const users: TableSpec = {
  name: "users",
  description: "People who sign in. Passwords are not part of the registry.",
  table: "app_user",
  key: "login",
  hasUuid: true,
  columns: {
    login: required(cell.code, "Name to sign in with."),
    display_name: required(cell.anyText, "Name as others see it."),
    role: required(cell.oneOf(Role.options), "What the person may do."),
    unit: { ...UNIT, description: "Unit that the person sees, with everything below it." },
    language: optional(cell.oneOf(["zh", "en"]), "Language; empty means that of the browser."),
    is_disabled: optional(cell.yesNo, "Whether sign-in is refused.", { or: false }),
  },
};

const tariffs: TableSpec = {
  name: "tariffs",
  description: "Prices of the marginal m³.",
  table: "tariff",
  key: "code",
  hasUuid: true,
  columns: {
    code: required(cell.code, "Code, unique in the installation."),
    name_zh: NAME_ZH,
    name_en: NAME_EN,
    commodity: required(COMMODITY, "What it prices."),
    currency: required(cell.currency, "Currency of the price."),
    price_per_m3: required(cell.notNegative, "Price of one more m³, all components together."),
    valid_from: required(cell.day, "First day on which it holds."),
    unit: UNIT,
  },
};

const customers: TableSpec = {
  name: "customers",
  description: "Persons and organisations.",
  table: "customer",
  key: "no",
  hasUuid: true,
  columns: {
    no: required(cell.code, "Customer number."),
    name: required(cell.anyText, "Name."),
    kind: required(cell.oneOf(["person", "org"]), "Person or organisation."),
    service_class: optional(cell.oneOf(["vip", "normal", "restricted"]), "Class of service.", { or: "normal" }),
    phone: optional(cell.anyText, "Telephone number."),
    unit: UNIT,
  },
};

const accounts: TableSpec = {
  name: "accounts",
  description: "Who pays for what (户号).",
  table: "account",
  key: "no",
  hasUuid: true,
  columns: {
    no: required(cell.code, "Account number."),
    customer: required(cell.code, "Number of the customer.", refersTo("customers", "customer_id")),
    category: required(cell.code, "Category of use (用水性质), for example residential."),
    tariff: optional(cell.code, "Code of the tariff.", refersTo("tariffs", "tariff_id")),
    is_key_account: optional(cell.yesNo, "Whether it is a key account.", { or: false }),
    manager: optional(cell.code, "Login of the account manager.", refersTo("users", "manager_id")),
    status: optional(STATUS, "Whether it is supplied.", { or: "active" }),
    status_since: STATUS_SINCE,
    unit: UNIT,
  },
};

const dmas: TableSpec = {
  name: "dmas",
  description: "District metered areas. Their inlets are meters of purpose `dma`.",
  table: "dma",
  key: "id",
  hasUuid: false,
  columns: {
    id: required(cell.id, "Id."),
    name_zh: NAME_ZH,
    name_en: NAME_EN,
    parent: optional(cell.id, "District that it is a part of.", refersTo("dmas", "parent_id")),
    status: optional(cell.oneOf(["WORK", "PAUSE", "RETIRE"]), "Whether it is watched.", { or: "WORK" }),
    mains_km: optional(cell.notNegative, "Length of its mains, km."),
    connections: optional(cell.wholeNotNegative, "Number of service connections."),
    mean_pressure_m: optional(cell.notNegative, "Average zone pressure, metres of water; ILI needs it."),
    service_pipe_km: optional(cell.notNegative, "Length of service pipes between property line and meter, km."),
    population: optional(cell.wholeNotNegative, "People that it supplies."),
    night_use_lph: optional(cell.notNegative, "Legitimate night use of a connection, L/h; 1.7 while empty."),
    night_use_months: optional(
      cell.twelveFactors,
      "Legitimate night use of each month as a factor of the year's, from January; 1 for all while empty.",
    ),
    pressure_low_kpa: optional(cell.pressure, "Least pressure of its gauges, kPa; the rule's limit while empty."),
    pressure_high_kpa: optional(cell.pressure, "Most pressure of its gauges, kPa; the rule's limit while empty."),
    exceptional_night_m3h: optional(cell.notNegative, "Night use of large customers without remote meters, m³/h."),
    night_day_hours: optional(cell.nightDayHours, "Hours by which a night's leakage becomes a day's; 24 while empty."),
    unbilled_percent: optional(cell.percent, "Authorised use that nobody pays for, percent of inflow."),
    apparent_percent: optional(cell.percent, "Apparent losses, percent of customers' use."),
    cjj92_correction_percent: optional(cell.percent, "Rn of CJJ 92 (R1 + R2 + R3 + R4), percent."),
    unit: UNIT,
  },
};

const servicePoints: TableSpec = {
  name: "service-points",
  description: "Places supplied.",
  table: "service_point",
  key: "no",
  hasUuid: true,
  columns: {
    no: required(cell.code, "Number of the place."),
    account: optional(cell.code, "Number of the account that pays.", refersTo("accounts", "account_id")),
    commodity: required(COMMODITY, "What is supplied."),
    dma: optional(cell.id, "District that it lies in.", refersTo("dmas", "dma_id")),
    address: optional(cell.anyText, "Address.", { or: "" }),
    latitude: optional(cell.latitude, "Degrees north, WGS 84."),
    longitude: optional(cell.longitude, "Degrees east, WGS 84."),
    is_protected: optional(cell.yesNo, "Whether supply must never be cut (hospital, for example).", { or: false }),
    status: optional(STATUS, "Whether it is supplied.", { or: "active" }),
    status_since: STATUS_SINCE,
    unit: UNIT,
  },
};

const meters: TableSpec = {
  name: "meters",
  description: "Devices that measure.",
  table: "meter",
  key: "id",
  hasUuid: false,
  columns: {
    id: required(cell.id, "Id of the device."),
    serial: optional(cell.anyText, "Number on its plate."),
    maker: optional(cell.anyText, "Maker."),
    model: optional(cell.anyText, "Model.", { or: "" }),
    purpose: required(cell.oneOf(["customer", "dma", "station"]), "What it measures."),
    commodity: required(COMMODITY, "What flows through it."),
    dn: optional(cell.wholePositive, "Nominal diameter, mm."),
    q3_m3h: optional(cell.positive, "Permanent flow Q3, m³/h."),
    q4_m3h: optional(cell.positive, "Overload flow Q4, m³/h; a faster register is suspect."),
    capacity_m3: optional(cell.positive, "Volume at which the register rolls over to zero, m³."),
    period_s: required(cell.wholePositive, "Time between two readings, s."),
    service_point: optional(
      cell.code,
      "Number of the place that it serves.",
      refersTo("service-points", "service_point_id"),
    ),
    inlet_of_dma: optional(cell.idList, "Districts that it feeds or drains, separated by ;", {
      refersTo: "dmas",
      field: null,
    }),
    inlet_sign: optional(cell.signList, "1 feeds, -1 drains, for each of them; empty means 1.", { field: null }),
    parent: optional(
      cell.id,
      "Meter through which all of its flow has gone before (总表).",
      refersTo("meters", "parent_id"),
    ),
    error_percent: optional(
      cell.classError,
      "Largest error by its accuracy class, percent; 2 for water and 1.5 for gas while empty.",
    ),
    state: optional(cell.code, "Where it is in its life.", { or: "installed" }),
    unit: UNIT,
  },
};

const channels: TableSpec = {
  name: "channels",
  description: "Registers and gauges of meters.",
  table: "channel",
  key: "id",
  hasUuid: false,
  columns: {
    id: required(cell.id, "Id; usually meter.quantity."),
    meter: required(cell.id, "Id of the meter.", refersTo("meters", "meter_id")),
    quantity: required(cell.oneOf(Quantity.options), "What it measures."),
    unit: required(cell.oneOf(Unit.options), "Unit of its values."),
    resolution: optional(cell.positive, "Size of one count, in its unit; registers only."),
    agent: optional(cell.agentName, "Agent that reads it, as site/agent; empty for imported files."),
    is_outdoor: optional(cell.yesNo, "Whether it is the temperature of the outdoor air.", { or: false }),
  },
};

/** Every file of the registry, in the order in which they are written: what is referred to comes first. */
export const TABLES: readonly TableSpec[] = [
  units,
  holidays,
  users,
  tariffs,
  customers,
  accounts,
  dmas,
  servicePoints,
  meters,
  channels,
];

/** The column of the database that a column of the file fills; null when it fills none. */
export function fieldOf(name: string, column: Column): string | null {
  return column.field === undefined ? name : column.field;
}
