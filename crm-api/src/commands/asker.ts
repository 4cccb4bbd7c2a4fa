import { Role } from "@nightflow/domain";
import type { Sql } from "@nightflow/storage";
import { permissionsOf } from "../access/permissions.ts";
import { isPathInScope } from "../access/scope.ts";
import { ConflictProblem } from "../http/problems.ts";

interface AskerRow {
  readonly login: string;
  readonly role: string;
  readonly isDisabled: boolean;
  readonly path: string;
  readonly unitPath: string;
}

/** Who asked for which valve. */
export interface AskedValve {
  readonly askedBy: string;
  readonly meter: string;
  readonly overrideReason: string | null;
}

/**
 * Two people have to want it at the moment it is done: the one who asked must still be allowed to ask.
 *
 * @throws {ConflictProblem} when the one who asked has left, has lost the right, or no longer sees the meter.
 */
export async function refuseWithoutAsker(tx: Sql, { askedBy, meter, overrideReason }: AskedValve): Promise<void> {
  const { rows } = await tx.query<AskerRow>(
    `select u.login, u.role, u.is_disabled as "isDisabled", own.path, o.path as "unitPath"
     from app_user u join org_unit own on own.id = u.unit_id, meter m join org_unit o on o.id = m.unit_id
     where u.id = $1 and m.id = $2`,
    [askedBy, meter],
  );
  const [asker] = rows;
  const right = overrideReason === null ? "collection.valve.order" : "collection.valve.override";
  const isAllowed =
    asker !== undefined &&
    !asker.isDisabled &&
    permissionsOf(Role.parse(asker.role)).has(right) &&
    isPathInScope({ path: asker.path, isWhole: false }, asker.unitPath);
  if (isAllowed) return;
  throw new ConflictProblem("ASKER_NOT_ALLOWED", `${asker?.login ?? "whoever asked"} may not ask for this any more`, {
    remedy: "reject it; somebody who has the right can ask anew",
  });
}
