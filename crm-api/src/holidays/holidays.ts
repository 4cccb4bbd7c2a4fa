import { newId } from "@nightflow/domain";
import { notifyRegistry, type Sql } from "@nightflow/storage";
import type { Principal } from "../access/principal.ts";
import type { ApiDeps } from "../deps.ts";
import { ConflictProblem, NotFoundProblem } from "../http/problems.ts";
import { recordAudit } from "../system/record.ts";
import { editableUnit, lockHolidays, type StoredHoliday, writeHoliday } from "./store.ts";
import type { HolidayBody } from "./wire.ts";

type Desk = Pick<ApiDeps, "db" | "clock">;

const REMOVED = "holiday.remove";

/**
 * Adds a holiday to a unit; the nights that are judged from now on know of it.
 *
 * @throws {NotFoundProblem} when the unit lies outside the person's scope.
 * @throws {ConflictProblem} when the unit has one on some of the days.
 */
export function addHoliday({ db, clock }: Desk, by: Principal, body: HolidayBody): Promise<{ id: string }> {
  return db.transaction(async (tx) => {
    const known = await lockHolidays(tx, by.scope);
    const holiday = { ...body, id: newId() };
    await putHoliday(tx, by, known, holiday);
    await recordAudit(tx, clock, by, { action: "holiday.add", kind: "holiday", subject: holiday.id, after: body });
    await notifyRegistry(tx);
    return { id: holiday.id };
  });
}

/** Removes a holiday; the audit trail keeps it, so that it can be put back. @throws {NotFoundProblem} */
export function removeHoliday({ db, clock }: Desk, by: Principal, id: string): Promise<{ id: string }> {
  return db.transaction(async (tx) => {
    const before = (await lockHolidays(tx, by.scope)).find((holiday) => holiday.id === id);
    if (before === undefined) throw new NotFoundProblem("holiday", id);
    await tx.query("delete from holiday where id = $1", [id]);
    await recordAudit(tx, clock, by, { action: REMOVED, kind: "holiday", subject: id, before });
    await notifyRegistry(tx);
    return { id };
  });
}

/**
 * Puts a holiday back as it was when it was removed last.
 *
 * @throws {NotFoundProblem} when nobody removed it, or its unit lies outside the person's scope.
 * @throws {ConflictProblem} when it is there, or others are on its days meanwhile.
 */
export function restoreHoliday({ db, clock }: Desk, by: Principal, id: string): Promise<{ id: string }> {
  return db.transaction(async (tx) => {
    const known = await lockHolidays(tx, by.scope);
    const { rows } = await tx.query<{ before: StoredHoliday }>(
      `select before from audit_entry where subject_kind = 'holiday' and subject = $1 and action = '${REMOVED}'
        order by no desc limit 1`,
      [id],
    );
    const removed = rows[0]?.before;
    if (removed === undefined) throw new NotFoundProblem("removed holiday", id);
    await putHoliday(tx, by, known, removed);
    await recordAudit(tx, clock, by, { action: "holiday.restore", kind: "holiday", subject: id, after: removed });
    await notifyRegistry(tx);
    return { id };
  });
}

async function putHoliday(
  tx: Sql,
  by: Principal,
  known: readonly StoredHoliday[],
  holiday: StoredHoliday,
): Promise<void> {
  const unit = await editableUnit(tx, by.scope, holiday.unit);
  if (unit === undefined) throw new NotFoundProblem("unit", holiday.unit);
  const other = overlapOf(known, holiday);
  if (other !== undefined) throw overlapping(other);
  await writeHoliday(tx, unit.id, holiday);
}

/** The holiday of the same unit that shares a day with one. */
export function overlapOf<Days extends Omit<StoredHoliday, "id">>(
  known: readonly Days[],
  { unit, firstDay, lastDay }: Omit<StoredHoliday, "id">,
): Days | undefined {
  return known.find((other) => other.unit === unit && other.firstDay <= lastDay && firstDay <= other.lastDay);
}

function overlapping(other: StoredHoliday): ConflictProblem {
  const { id, nameZh, nameEn, firstDay, lastDay } = other;
  return new ConflictProblem("HOLIDAY_OVERLAP", `${nameEn} is on ${firstDay} to ${lastDay} already`, {
    details: { id, firstDay, lastDay, name: { zh: nameZh, en: nameEn } },
    remedy: "remove that one first, or choose other days",
  });
}
