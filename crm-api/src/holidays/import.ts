import { newId } from "@nightflow/domain";
import { notifyRegistry, type Sql } from "@nightflow/storage";
import type { Principal } from "../access/principal.ts";
import type { ApiDeps } from "../deps.ts";
import { NotFoundProblem } from "../http/problems.ts";
import { recordAudit } from "../system/record.ts";
import { type FileHoliday, type HolidayFault, holidaysOfCsv } from "./holiday-file.ts";
import { overlapOf } from "./holidays.ts";
import { editableUnit, lockHolidays, type StoredHoliday, writeHoliday } from "./store.ts";
import type { HolidayImport, HolidayImportBody } from "./wire.ts";

interface Sorted {
  readonly added: StoredHoliday[];
  readonly changed: StoredHoliday[];
  unchanged: number;
  readonly faults: HolidayFault[];
}

/**
 * Takes the holidays of a file. The same file read twice changes nothing; lines that cannot be used are named and the others taken.
 * A line with a known id changes that holiday; one without is known by its unit and days.
 *
 * @throws {NotFoundProblem} when the unit for lines that name none lies outside the person's scope.
 */
export function importHolidays(
  { db, clock }: Pick<ApiDeps, "db" | "clock">,
  by: Principal,
  { text, unit, isTrial }: HolidayImportBody,
): Promise<HolidayImport> {
  const file = holidaysOfCsv(text);
  return db.transaction(async (tx) => {
    const known = await lockHolidays(tx, by.scope);
    const units = await unitIds(tx, by, [unit, ...file.rows.map((row) => row.unit)]);
    if (!units.has(unit)) throw new NotFoundProblem("unit", unit);
    const taken = await takenElsewhere(tx, file.rows, known);
    const sorted = sortOut(file.rows, known, { unit, units, taken });
    const { added, changed, unchanged, faults } = sorted;
    const answer = { added: added.length, changed: changed.length, unchanged, faults: [...file.faults, ...faults] };
    if (isTrial || added.length + changed.length === 0) return answer;
    for (const holiday of [...added, ...changed]) await writeHoliday(tx, units.get(holiday.unit) ?? "", holiday);
    const before = known.filter(({ id }) => changed.some((holiday) => holiday.id === id));
    const note = { action: "holiday.import", kind: "holiday", subject: unit };
    await recordAudit(tx, clock, by, { ...note, before, after: { added, changed } });
    await notifyRegistry(tx);
    return answer;
  });
}

async function unitIds(tx: Sql, by: Principal, codes: readonly string[]): Promise<Map<string, string>> {
  const ids = new Map<string, string>();
  for (const code of new Set(codes)) {
    const unit = await editableUnit(tx, by.scope, code);
    if (unit !== undefined) ids.set(code, unit.id);
  }
  return ids;
}

/** Ids of the file that belong to holidays outside the scope: they are nobody's here to change. */
async function takenElsewhere(tx: Sql, rows: readonly FileHoliday[], known: readonly StoredHoliday[]) {
  const own = new Set(known.map(({ id }) => id));
  const asked = rows.map(({ id }) => id).filter((id) => id !== "" && !own.has(id));
  const found = await tx.query<{ id: string }>("select id from holiday where id = any($1)", [asked]);
  return new Set(found.rows.map(({ id }) => id));
}

interface Place {
  readonly unit: string;
  readonly units: ReadonlyMap<string, string>;
  readonly taken: ReadonlySet<string>;
}

function sortOut(rows: readonly FileHoliday[], known: readonly StoredHoliday[], place: Place): Sorted {
  const sorted: Sorted = { added: [], changed: [], unchanged: 0, faults: [] };
  const standing = new Map(known.map((holiday) => [holiday.id, holiday]));
  const seen = new Set<string>();
  for (const row of rows) sortRow(row, place, { sorted, standing, seen });
  return sorted;
}

interface Sorting {
  readonly sorted: Sorted;
  /** The holidays of the scope as they will be, by id. */
  readonly standing: Map<string, StoredHoliday>;
  readonly seen: Set<string>;
}

function sortRow({ line, ...row }: FileHoliday, place: Place, { sorted, standing, seen }: Sorting): void {
  const told = { ...row, unit: row.unit || place.unit };
  const text = `${told.firstDay} – ${told.lastDay} ${told.nameZh}`;
  const fault = (code: HolidayFault["code"], what = text) => sorted.faults.push({ line, code, text: what });
  if (!place.units.has(told.unit) || place.taken.has(told.id)) return void fault("unit", told.unit);
  const before = standing.get(told.id) ?? (told.id === "" ? sameDays(standing, told) : undefined);
  const holiday = { ...told, id: before?.id ?? (told.id || newId()) };
  if (seen.has(holiday.id)) return void fault("repeat");
  seen.add(holiday.id);
  if (before !== undefined && isSame(before, holiday)) return void sorted.unchanged++;
  const others = [...standing.values()].filter(({ id }) => id !== holiday.id);
  const other = overlapOf(others, holiday);
  if (other !== undefined)
    return void fault("overlap", `${text}: ${other.firstDay} – ${other.lastDay} ${other.nameZh}`);
  standing.set(holiday.id, holiday);
  (before === undefined ? sorted.added : sorted.changed).push(holiday);
}

function sameDays(standing: ReadonlyMap<string, StoredHoliday>, told: Omit<StoredHoliday, "id">) {
  const { unit, firstDay, lastDay } = told;
  return [...standing.values()].find(
    (other) => other.unit === unit && other.firstDay === firstDay && other.lastDay === lastDay,
  );
}

function isSame(a: StoredHoliday, b: StoredHoliday): boolean {
  const keys = ["unit", "firstDay", "lastDay", "nameZh", "nameEn"] as const;
  return keys.every((key) => a[key] === b[key]);
}
