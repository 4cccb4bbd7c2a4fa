import { isRegister, type Quantity, type Unit } from "@nightflow/domain";
import type { CellValue } from "./cells.ts";
import { faultAt, type ReadRow, type ReadTable } from "./rows.ts";
import type { StoredRegistry, StoredRow } from "./stored-registry.ts";
import type { RegistryTable } from "./tables.ts";

/** Everything that a check may look at: the files, and what the database has already. */
export class RegistryView {
  readonly #tables: ReadonlyMap<RegistryTable, ReadTable>;
  readonly #rows: ReadonlyMap<RegistryTable, ReadonlyMap<string, ReadRow>>;
  readonly stored: StoredRegistry;
  /** Business time of the import, epoch ms. */
  readonly atMs: number;

  constructor(tables: readonly ReadTable[], stored: StoredRegistry, atMs: number) {
    this.#tables = new Map(tables.map((table) => [table.spec.name, table]));
    this.#rows = new Map(tables.map(({ spec, rows }) => [spec.name, new Map(rows.map((row) => [row.key, row]))]));
    this.stored = stored;
    this.atMs = atMs;
  }

  rows(table: RegistryTable): readonly ReadRow[] {
    return this.#tables.get(table)?.rows ?? [];
  }

  isInFile(table: RegistryTable, key: string): boolean {
    return this.#rows.get(table)?.has(key) === true;
  }

  has(table: RegistryTable, key: string): boolean {
    return this.#tables.get(table)?.keys.has(key) === true || this.stored.get(table)?.has(key) === true;
  }

  storedRow(table: RegistryTable, key: string): StoredRow | undefined {
    return this.stored.get(table)?.get(key);
  }

  /** A value of a row by its column, from the files, else from the database under the same name. */
  value(table: RegistryTable, key: CellValue | undefined, column: string): CellValue {
    if (typeof key !== "string") return null;
    return this.#rows.get(table)?.get(key)?.values[column] ?? this.storedRow(table, key)?.[column] ?? null;
  }
}

/** Faults of meaning, which no cell shows alone; every one is listed. */
export function checkMeaning(tables: readonly ReadTable[], view: RegistryView): string[] {
  return [
    ...tables.flatMap((table) => checkReferences(table, view)),
    ...checkTree("units", view),
    ...checkTree("dmas", view),
    ...checkTree("meters", view),
    ...checkEach("units", view, checkUnit),
    ...checkEach("holidays", view, checkHoliday),
    ...checkEach("dmas", view, checkDistrict),
    ...checkEach("accounts", view, checkAccount),
    ...checkEach("service-points", view, checkServicePoint),
    ...checkEach("meters", view, checkMeter),
    ...checkEach("channels", view, checkChannel),
  ];
}

/** Column and what is wrong with it. */
type Finding = readonly [column: string, what: string];
type RowCheck = (row: ReadRow, view: RegistryView) => Finding[];

function checkEach(table: RegistryTable, view: RegistryView, check: RowCheck): string[] {
  return view
    .rows(table)
    .flatMap((row) => check(row, view).map(([column, what]) => faultAt(table, row.line, column, what)));
}

function checkReferences({ spec, rows }: ReadTable, view: RegistryView): string[] {
  const references = Object.entries(spec.columns).filter(([, column]) => column.refersTo !== undefined);
  return rows.flatMap(({ line, values }) =>
    references.flatMap(([name, column]) => {
      const target = column.refersTo as RegistryTable;
      const unknown = keysIn(values[name]).filter((key) => !view.has(target, key));
      const remedy = `correct it, or add it to ${target}.csv`;
      return unknown.map((key) => faultAt(spec.name, line, name, `${JSON.stringify(key)} is not known; ${remedy}`));
    }),
  );
}

function keysIn(cell: CellValue | undefined): string[] {
  return typeof cell === "string" && cell !== "" ? cell.split(";") : [];
}

function checkTree(table: "units" | "dmas" | "meters", view: RegistryView): string[] {
  return checkEach(table, view, ({ key }) => {
    const seen = new Set<string>();
    for (let at: CellValue = key; typeof at === "string"; at = parentOf(table, at, view)) {
      if (seen.has(at)) return [["parent", `${JSON.stringify(key)} is above itself; break the circle`]];
      seen.add(at);
    }
    return [];
  });
}

/** Key of the row above one, in the files or in the database. */
export function parentOf(table: "units" | "dmas" | "meters", key: string, view: RegistryView): CellValue {
  if (view.isInFile(table, key)) return view.value(table, key, "parent");
  const parentId = view.storedRow(table, key)?.parent_id ?? null;
  // A meter is named by its own id.
  if (parentId === null || table === "meters") return parentId;
  for (const [candidate, row] of view.stored.get(table) ?? []) if (row.id === parentId) return candidate;
  return null;
}

const checkUnit: RowCheck = ({ values }) =>
  values.kind !== "company"
    ? []
    : (["zone", "currency"] as const)
        .filter((column) => values[column] === null)
        .map((column) => [column, `the cell is empty; a company needs its ${column}`]);

const DAY_MS = 86_400_000;
const MOST_HOLIDAY_MS = 60 * DAY_MS;

const checkHoliday: RowCheck = ({ values }) => {
  const ms = Date.parse(String(values.last_day)) - Date.parse(String(values.first_day));
  if (ms >= 0 && ms < MOST_HOLIDAY_MS) return [];
  return [["last_day", "it must not be before first_day, nor 60 days or more after it"]];
};

const checkDistrict: RowCheck = ({ values }) => {
  const { pressure_low_kpa: low, pressure_high_kpa: high } = values;
  if (typeof low !== "number" || typeof high !== "number" || low < high) return [];
  return [["pressure_low_kpa", "it must be below pressure_high_kpa"]];
};

const EARLIEST_YEAR = 1950;

// A status holds now, so that it cannot have begun tomorrow; a day of leeway covers every zone.
function checkStatusSince({ values }: ReadRow, view: RegistryView): Finding[] {
  if (typeof values.status_since !== "string") return [];
  const sinceMs = Date.parse(values.status_since);
  if (sinceMs > view.atMs + DAY_MS)
    return [["status_since", `${values.status_since} is still to come, but the status holds now; correct one of them`]];
  if (sinceMs < Date.UTC(EARLIEST_YEAR, 0, 1))
    return [["status_since", `${values.status_since} is before ${EARLIEST_YEAR}; correct it`]];
  return [];
}

const MANAGING_ROLES: readonly CellValue[] = ["manager", "admin"];

const checkAccount: RowCheck = (row, view) => {
  const { values } = row;
  const since = checkStatusSince(row, view);
  const role = view.value("users", values.manager, "role");
  if (role === null || MANAGING_ROLES.includes(role)) return since;
  return [
    ...since,
    ["manager", `${JSON.stringify(values.manager)} has the role ${role}; name a user with the role manager`],
  ];
};

const checkServicePoint: RowCheck = (row, view) => {
  const { values } = row;
  const since = checkStatusSince(row, view);
  const tariff = view.value("accounts", values.account, "tariff");
  const priced = view.value("tariffs", tariff, "commodity");
  if (priced === null || priced === values.commodity) return since;
  return [
    ...since,
    ["commodity", `it is ${values.commodity}, but tariff ${tariff} of its account is for ${priced}; change one`],
  ];
};

const checkMeter: RowCheck = ({ values }, view) => {
  const findings: Finding[] = [];
  const { purpose, commodity, q3_m3h: q3, q4_m3h: q4, inlet_of_dma: inlets, inlet_sign: signs } = values;
  const supplied = view.value("service-points", values.service_point, "commodity");
  if (supplied !== null && supplied !== commodity)
    findings.push(["commodity", `it is ${commodity}, but its service point is for ${supplied}; change one`]);
  if (typeof q3 === "number" && typeof q4 === "number" && q4 < q3)
    findings.push(["q4_m3h", `${q4} is below Q3 (${q3}); Q4 is the higher of the two`]);
  if (purpose === "dma" && inlets === null)
    findings.push(["inlet_of_dma", "the cell is empty; a meter of purpose dma needs its district"]);
  if (purpose !== "dma" && inlets !== null)
    findings.push(["inlet_of_dma", `only meters of purpose dma are inlets; this one is ${purpose}`]);
  if (signs !== null && keysIn(signs).length !== keysIn(inlets).length)
    findings.push(["inlet_sign", "there is not one sign for each district of inlet_of_dma; give as many"]);
  if (new Set(keysIn(inlets)).size !== keysIn(inlets).length)
    findings.push(["inlet_of_dma", "a district is named twice; keep it once"]);
  return findings;
};

const VOLUMES: readonly Unit[] = ["m3", "L", "Sm3"];
const UNITS: Readonly<Record<Quantity, readonly Unit[]>> = {
  forward_total: VOLUMES,
  reverse_total: VOLUMES,
  net_total: VOLUMES,
  vb_total: ["Sm3"],
  vm_total: ["m3", "L"],
  flow: ["m3/h", "L/h", "m3/s", "Sm3/h"],
  pressure: ["kPa", "bar"],
  temperature: ["Cel"],
  battery: ["V", "%"],
  valve: ["%", "1"],
  alarm_word: ["1"],
};

const checkChannel: RowCheck = ({ key, values }, view) => {
  const quantity = values.quantity as Quantity;
  const findings: Finding[] = [];
  if (!UNITS[quantity].includes(values.unit as Unit))
    findings.push(["unit", `${values.unit} is not a unit of ${quantity}; give one of ${UNITS[quantity].join(", ")}`]);
  if (isRegister(quantity) && values.resolution === null)
    findings.push(["resolution", `the cell is empty; ${quantity} is a register and needs the size of one count`]);
  if (!isRegister(quantity) && values.resolution !== null)
    findings.push(["resolution", `${quantity} is a gauge and has no resolution; leave the cell empty`]);
  if (values.unit === "Sm3" && view.value("meters", values.meter, "commodity") === "water")
    findings.push(["unit", "Sm3 is gas at base conditions, but the meter is for water; give m3 or L"]);
  return [...findings, ...changedScale(view.storedRow("channels", key), values)];
};

// Stored readings are counts of the old resolution and would change their meaning.
function changedScale(stored: StoredRow | undefined, values: ReadRow["values"]): Finding[] {
  if (stored === undefined) return [];
  return ["quantity", "unit", "resolution"]
    .filter((column) => stored[column] !== values[column])
    .map((column) => [column, `it was ${stored[column]} until now; a changed channel is a new one, give it a new id`]);
}
