import type { Sql } from "@nightflow/storage";
import type { z } from "zod";
import type { Principal } from "../access/principal.ts";
import type { ApiDeps } from "../deps.ts";
import { type CursorRow, pageSql, toPage } from "../http/paging.ts";
import { ConflictProblem, ForbiddenProblem, NotFoundProblem } from "../http/problems.ts";
import { epochMs, SqlFilter } from "../sql/filter.ts";
import { transactionWithRetry } from "../sql/retry.ts";
import { recordAudit } from "../system/record.ts";
import { refuseWithoutAsker } from "./asker.ts";
import { COMMAND_CHANNEL, valveTarget } from "./order.ts";
import { COMMAND_COLUMNS, COMMAND_TABLES, toCommand } from "./rows.ts";
import { noteCommand, visible } from "./store.ts";
import type { ApprovalQuery, ApprovalRow, CommandRow } from "./wire.ts";

type Row = z.infer<typeof ApprovalRow>;
type Deps = Pick<ApiDeps, "db" | "clock">;

/** The person who asked may not approve. */
export class FourEyesProblem extends ForbiddenProblem {
  override readonly code = "FOUR_EYES";
}

type SqlRow = Omit<Row, "command" | "mayDecide" | "id" | "state" | "kind"> &
  z.infer<typeof CommandRow> &
  CursorRow & { readonly approvalState: Row["state"]; readonly askedById: string };

const COLUMNS = `${COMMAND_COLUMNS}, ap.state as "approvalState", asker.login as "askedBy", ap.asked_by as "askedById",
  ${epochMs("ap.asked_at")} as "askedAt", ap.override_reason as "overrideReason", decider.login as "decidedBy",
  ${epochMs("ap.decided_at")} as "decidedAt", ap.decision_reason as "decisionReason",
  case when sp.id is null then null else
    jsonb_build_object('no', sp.no, 'address', sp.address, 'isProtected', sp.is_protected) end as place`;
const TABLES = `${COMMAND_TABLES} join app_user asker on asker.id = ap.asked_by
  left join app_user decider on decider.id = ap.decided_by
  left join meter m on m.id = c.subjects[1] left join service_point sp on sp.id = m.service_point_id`;

/** What waits for a second person, and what they decided; newest first. */
export async function listApprovals(sql: Sql, by: Principal, query: ApprovalQuery) {
  const filter = new SqlFilter();
  filter.and(visible(filter, by.scope)).andIf(query.state, (value) => `ap.state = ${value}`);
  const page = pageSql(
    filter,
    { expression: "ap.asked_at", type: "timestamptz", isDescending: true, id: "ap.id" },
    query,
  );
  const { rows } = await sql.query<SqlRow>(
    `select ${COLUMNS}, ${page.select} from ${TABLES} ${filter.where} ${page.tail}`,
    filter.values,
  );
  return toPage(rows, query.limit, (row) => toApproval(row, by));
}

/** One of them. @throws {NotFoundProblem} */
export async function loadApproval(sql: Sql, by: Principal, id: string): Promise<Row> {
  const filter = new SqlFilter();
  filter.and(`ap.id = ${filter.value(id)}`).and(visible(filter, by.scope));
  const { rows } = await sql.query<SqlRow>(`select ${COLUMNS} from ${TABLES} ${filter.where}`, filter.values);
  if (rows[0] === undefined) throw new NotFoundProblem("approval", id);
  return toApproval(rows[0], by);
}

/** A second person's word. */
export interface Decision {
  readonly id: string;
  readonly verdict: "approved" | "rejected";
  readonly reason: string;
}

/**
 * Approves or rejects. What was approved goes to its agent at once.
 *
 * @throws {FourEyesProblem} when the one who asked approves.
 * @throws {ConflictProblem} when it is decided already, no longer wanted, or the one who asked may not ask any more.
 * @throws {ProtectedPlaceProblem} when the place has become protected meanwhile.
 */
export async function decideApproval(deps: Deps, by: Principal, { id, verdict, reason }: Decision): Promise<Row> {
  await transactionWithRetry(deps.db, async (tx) => {
    const asked = await lockOpen(tx, by, id);
    if (verdict === "approved") {
      if (asked.askedBy === by.userId) throw sameEyes();
      await refuseWithoutAsker(tx, asked);
      await valveTarget(tx, by, asked.meter, asked.overrideReason);
    }
    await tx.query(
      `update approval_request set state = $2, decided_by = $3, decided_at = $4, decision_reason = $5 where id = $1`,
      // Whoever asked may take it back himself, which is no decision of a second person.
      [id, verdict, asked.askedBy === by.userId ? null : by.userId, new Date(deps.clock.now()), reason],
    );
    await moveCommand(tx, deps, asked.commandId, verdict);
    const action = verdict === "approved" ? "approval.approve" : "approval.reject";
    await recordAudit(tx, deps.clock, by, {
      action,
      kind: "command",
      subject: asked.commandId,
      after: { approval: id },
      reason,
    });
    await noteCommand(tx, deps.clock, asked.commandId, asked.unitId);
  });
  return await loadApproval(deps.db, by, id);
}

async function moveCommand(tx: Sql, { clock }: Deps, commandId: string, verdict: Decision["verdict"]): Promise<void> {
  if (verdict === "rejected") {
    await tx.query("update command set state = 'rejected', ended_at = $2 where id = $1", [
      commandId,
      new Date(clock.now()),
    ]);
    return;
  }
  await tx.query(
    "update command set state = 'queued', deliver_until = now() + ttl_ms * interval '1 ms' where id = $1",
    [commandId],
  );
  await tx.query("select pg_notify($1, $2)", [COMMAND_CHANNEL, commandId]);
}

interface Asked {
  readonly commandId: string;
  readonly askedBy: string;
  readonly state: Row["state"];
  readonly isLate: boolean;
  readonly overrideReason: string | null;
  readonly meter: string;
  readonly unitId: string | null;
}

async function lockOpen(tx: Sql, by: Principal, id: string): Promise<Asked> {
  const filter = new SqlFilter();
  filter.and(`ap.id = ${filter.value(id)}`).and(visible(filter, by.scope));
  const { rows } = await tx.query<Asked>(
    `select ap.command_id as "commandId", ap.asked_by as "askedBy", ap.state, ap.expires_at < now() as "isLate",
       ap.override_reason as "overrideReason", c.subjects[1] as meter, c.unit_id as "unitId"
     from approval_request ap join command c on c.id = ap.command_id ${filter.where} for update of ap, c`,
    filter.values,
  );
  const [asked] = rows;
  if (asked === undefined) throw new NotFoundProblem("approval", id);
  if (asked.state === "open" && !asked.isLate) return asked;
  throw new ConflictProblem("APPROVAL_DECIDED", `it is ${asked.state === "open" ? "expired" : asked.state} already`, {
    details: { state: asked.state },
  });
}

function sameEyes(): FourEyesProblem {
  return new FourEyesProblem("whoever asked for a valve to be turned may not approve it", {
    remedy: "ask a colleague who has the right to approve it",
  });
}

function toApproval(row: SqlRow, by: Principal): Row {
  const { approvalId, approvalState: state, place, askedBy, askedAt, askedById } = row;
  const { overrideReason, decidedBy, decidedAt, decisionReason } = row;
  const mayDecide = state === "open" && askedById !== by.userId && by.permissions.has("collection.valve.approve");
  const told = { id: approvalId ?? "", kind: "valve" as const, state, command: toCommand(row), place };
  return { ...told, askedBy, askedAt, mayDecide, overrideReason, decidedBy, decidedAt, decisionReason };
}
