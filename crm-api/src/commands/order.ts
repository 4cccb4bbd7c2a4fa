import { type CommandOrder, newId } from "@nightflow/domain";
import type { Sql } from "@nightflow/storage";
import type { Principal } from "../access/principal.ts";
import type { ApiDeps } from "../deps.ts";
import { ConflictProblem, ForbiddenProblem, NotFoundProblem } from "../http/problems.ts";
import { transactionWithRetry } from "../sql/retry.ts";
import { recordAudit } from "../system/record.ts";
import { APPROVAL_MS, COMMAND_TIMES, MOST_OPEN_COMMANDS } from "./limits.ts";
import { loadCommands, noteCommand } from "./store.ts";
import { type AgentOrder, agentOf, metersOf, splitAgent, targetsOf } from "./targets.ts";
import type { OrderBody, ValveOrderBody } from "./wire.ts";

type Deps = Pick<ApiDeps, "db" | "clock">;

/** Told with the id of every command that may be sent. */
export const COMMAND_CHANNEL = "nightflow_command";

/**
 * Orders what needs nobody else's word; one command for each agent that it concerns.
 *
 * @throws {ConflictProblem} when too many commands of an agent are open.
 */
export async function orderPlainly(deps: Deps, by: Principal, { order, site, agent, reason }: OrderBody) {
  const named = site === undefined || agent === undefined ? null : { site, agent };
  const ids = await transactionWithRetry(deps.db, async (tx) => {
    const targets = await targetsOf(tx, by, order, named);
    const made: string[] = [];
    for (const target of targets) made.push(await insertCommand(tx, deps, by, { ...target, reason, state: "queued" }));
    return made;
  });
  return await loadCommands(deps.db, ids);
}

/** Decides about a certificate at an agent. */
export async function orderCertificate(
  deps: Deps,
  by: Principal,
  order: Omit<NewCommand, "state" | "subjects" | "unitId">,
) {
  const id = await transactionWithRetry(deps.db, async (tx) => {
    const { rowCount } = await tx.query("select 1 from agent where site = $1 and id = $2", [order.site, order.agent]);
    if ((rowCount ?? 0) === 0) throw new NotFoundProblem("agent", `${order.site}/${order.agent}`);
    return await insertCommand(tx, deps, by, { ...order, state: "queued", subjects: [], unitId: null });
  });
  return await loadCommands(deps.db, [id]);
}

/** The place must not be cut off without a right and a reason of its own. */
export class ProtectedPlaceProblem extends ForbiddenProblem {
  override readonly code = "PLACE_PROTECTED";
}

/**
 * Asks for a valve to be turned; a second person has to approve it.
 *
 * @throws {ProtectedPlaceProblem} when the place is protected and nothing overrides that.
 * @throws {ConflictProblem} when the meter's valve is being decided about or turned already.
 */
export async function orderValve(deps: Deps, by: Principal, body: ValveOrderBody) {
  const { meter, position, reason, overrideReason } = body;
  const id = await transactionWithRetry(deps.db, async (tx) => {
    const target = await valveTarget(tx, by, meter, overrideReason);
    await refuseSecondValve(tx, meter);
    const order = { kind: "valve", meter, position } as const;
    const command = { ...splitAgent(agentOf(target)), order, subjects: [meter], unitId: target.unitId };
    const made = await insertCommand(tx, deps, by, { ...command, reason, state: "approval" });
    await askForApproval(tx, deps, by, made, target.isProtected ? (overrideReason ?? null) : null);
    return made;
  });
  return await loadCommands(deps.db, [id]);
}

/** The meter of a valve, which the person may see, and whose place may be cut off. */
export async function valveTarget(tx: Sql, by: Principal, meter: string, overrideReason: string | null | undefined) {
  const [target] = await metersOf(tx, by, [meter]);
  if (target === undefined) throw new NotFoundProblem("meter", meter);
  if (!target.isProtected || (overrideReason ?? null) !== null) return target;
  throw new ProtectedPlaceProblem(`the place ${target.placeNo} is protected and is not cut off`, {
    details: { meter, place: target.placeNo },
    remedy: "somebody with the right to override it can ask for it, with the reason why",
  });
}

interface NewCommand extends AgentOrder<CommandOrder> {
  readonly reason: string;
  readonly state: "queued" | "approval";
}

async function insertCommand(tx: Sql, { clock }: Deps, by: Principal, command: NewCommand): Promise<string> {
  const { site, agent, order, subjects, unitId, reason, state } = command;
  await refuseFullQueue(tx, site, agent);
  const id = newId();
  const { ttlMs, timeoutMs } = COMMAND_TIMES[order.kind];
  const waitMs = state === "approval" ? APPROVAL_MS : ttlMs;
  await tx.query(
    `insert into command (id, site, agent, kind, content, subjects, unit_id, state, reason, ordered_by, ordered_by_login,
       ordered_at, ttl_ms, timeout_ms, deliver_until)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, now() + $15 * interval '1 ms')`,
    [
      ...[id, site, agent, order.kind, JSON.stringify(order), subjects, unitId, state, reason, by.userId, by.login],
      ...[new Date(clock.now()), ttlMs, timeoutMs, waitMs],
    ],
  );
  const after = { agent: `${site}/${agent}`, order: shortened(order), state };
  await recordAudit(tx, clock, by, { action: `command.${order.kind}`, kind: "command", subject: id, after, reason });
  await noteCommand(tx, clock, id, unitId);
  if (state === "queued") await tx.query("select pg_notify($1, $2)", [COMMAND_CHANNEL, id]);
  return id;
}

/** An order without the profiles and buses that travel with it: the audit trail is kept for ever. */
function shortened(order: CommandOrder): unknown {
  if (order.kind === "test-read") return { kind: order.kind, bus: order.busConfig.id };
  if (order.kind !== "probe") return order;
  const { profile, ...options } = order.options;
  return { ...order, options: { ...options, profile: typeof profile === "object" ? profile.name : profile } };
}

async function askForApproval(
  tx: Sql,
  { clock }: Deps,
  by: Principal,
  commandId: string,
  overrideReason: string | null,
) {
  await tx.query(
    `insert into approval_request (id, kind, command_id, asked_by, asked_at, expires_at, is_protected, override_reason)
     values ($1, 'valve', $2, $3, $4, now() + $5 * interval '1 ms', $6, $7)`,
    [newId(), commandId, by.userId, new Date(clock.now()), APPROVAL_MS, overrideReason !== null, overrideReason],
  );
}

async function refuseFullQueue(tx: Sql, site: string, agent: string): Promise<void> {
  const { rows } = await tx.query<{ open: number }>(
    "select count(*)::int as open from command where site = $1 and agent = $2 and state in ('queued', 'sent')",
    [site, agent],
  );
  if ((rows[0]?.open ?? 0) < MOST_OPEN_COMMANDS) return;
  throw new ConflictProblem(
    "COMMAND_QUEUE_FULL",
    `${MOST_OPEN_COMMANDS} commands to ${site}/${agent} are open already`,
    {
      remedy: "wait for them, or cancel those that wait for an agent that is away",
    },
  );
}

async function refuseSecondValve(tx: Sql, meter: string): Promise<void> {
  await tx.query("select pg_advisory_xact_lock(hashtextextended($1, 22))", [meter]);
  const { rows } = await tx.query<{ id: string; state: string }>(
    `select id, state from command where kind = 'valve' and state in ('approval', 'queued', 'sent') and subjects @> array[$1]`,
    [meter],
  );
  if (rows[0] === undefined) return;
  throw new ConflictProblem("VALVE_PENDING", `the valve of ${meter} is being decided about or turned already`, {
    details: { command: rows[0].id, state: rows[0].state },
    remedy: "let that end, or cancel it, first",
  });
}
