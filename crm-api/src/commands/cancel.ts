import type { Principal } from "../access/principal.ts";
import type { ApiDeps } from "../deps.ts";
import { ConflictProblem, ForbiddenProblem, NotFoundProblem } from "../http/problems.ts";
import { SqlFilter } from "../sql/filter.ts";
import { transactionWithRetry } from "../sql/retry.ts";
import { recordAudit } from "../system/record.ts";
import { noteCommand, visible } from "./store.ts";

/**
 * Takes back a command that its agent has not got yet.
 *
 * @throws {ConflictProblem} when it was sent, or is over.
 */
export async function cancelCommand(
  { db, clock }: Pick<ApiDeps, "db" | "clock">,
  by: Principal,
  id: string,
  reason: string,
): Promise<void> {
  await transactionWithRetry(db, async (tx) => {
    const filter = new SqlFilter();
    filter.and(`c.id = ${filter.value(id)}`).and(visible(filter, by.scope));
    const { rows } = await tx.query<{ state: string; kind: string; unit_id: string | null }>(
      `select c.state, c.kind, c.unit_id from command c ${filter.where} for update`,
      filter.values,
    );
    const [command] = rows;
    if (command === undefined) throw new NotFoundProblem("command", id);
    if (command.kind === "valve" && !by.permissions.has("collection.valve.order"))
      throw new ForbiddenProblem("orders for valves are taken back by those who may give them");
    if (command.state !== "queued" && command.state !== "approval")
      throw new ConflictProblem("COMMAND_UNDER_WAY", `the command is ${command.state} and cannot be taken back`);
    await tx.query("update command set state = 'cancelled', ended_at = $2 where id = $1", [id, new Date(clock.now())]);
    await tx.query("update approval_request set state = 'expired' where command_id = $1 and state = 'open'", [id]);
    await recordAudit(tx, clock, by, {
      action: "command.cancel",
      kind: "command",
      subject: id,
      before: command.state,
      reason,
    });
    await noteCommand(tx, clock, id, command.unit_id);
  });
}
