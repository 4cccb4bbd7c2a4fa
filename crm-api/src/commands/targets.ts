import type { Sql } from "@nightflow/storage";
import type { Principal } from "../access/principal.ts";
import { inScope, requireWholeScope } from "../access/scope.ts";
import { BadRequestProblem, NotFoundProblem } from "../http/problems.ts";
import { SqlFilter } from "../sql/filter.ts";
import type { PlainOrder } from "./wire.ts";

/** One order for one agent. */
export interface AgentOrder<Order> {
  readonly site: string;
  readonly agent: string;
  readonly order: Order;
  readonly subjects: readonly string[];
  /** Unit that it is shown to; null: the whole utility. */
  readonly unitId: string | null;
}

/** A meter and who reads it. */
export interface MeterTarget {
  readonly id: string;
  readonly unitId: string;
  readonly agents: readonly string[];
  readonly isProtected: boolean;
  readonly placeNo: string | null;
}

/**
 * Meters of a scope with their agents.
 *
 * @throws {NotFoundProblem} for one that the person may not see.
 */
export async function metersOf(sql: Sql, by: Principal, ids: readonly string[]): Promise<MeterTarget[]> {
  const filter = new SqlFilter();
  filter.and(`m.id = any(${filter.value([...new Set(ids)])})`).and(inScope(filter, by.scope, "m.unit_id"));
  const { rows } = await sql.query<MeterTarget>(
    `select m.id, m.unit_id as "unitId", coalesce(sp.is_protected, false) as "isProtected", sp.no as "placeNo",
       coalesce(array_agg(distinct ch.agent) filter (where ch.agent is not null), '{}') as agents
     from meter m left join service_point sp on sp.id = m.service_point_id
       left join channel ch on ch.meter_id = m.id ${filter.where} group by m.id, sp.id order by m.id`,
    filter.values,
  );
  const found = new Set(rows.map(({ id }) => id));
  const unknown = ids.find((id) => !found.has(id));
  if (unknown !== undefined) throw new NotFoundProblem("meter", unknown);
  return rows;
}

/**
 * The order, split by the agents that it concerns.
 *
 * @throws {NotFoundProblem} for a meter or agent that the person may not see.
 * @throws {BadRequestProblem} when a meter has no agent, or nothing says which agent is meant.
 */
export async function targetsOf(
  sql: Sql,
  by: Principal,
  order: PlainOrder,
  named: { readonly site: string; readonly agent: string } | null,
): Promise<AgentOrder<PlainOrder>[]> {
  const ids = meterIdsOf(order);
  if (ids.length === 0) return [await wholeAgent(sql, by, order, named)];
  const meters = await metersOf(sql, by, ids);
  const byAgent = new Map<string, MeterTarget[]>();
  for (const meter of meters) {
    const agent = named === null ? agentOf(meter) : `${named.site}/${named.agent}`;
    if (named !== null && !meter.agents.includes(agent) && !by.scope.isWhole) throw new NotFoundProblem("agent", agent);
    byAgent.set(agent, [...(byAgent.get(agent) ?? []), meter]);
  }
  return [...byAgent].map(([agent, own]) => orderFor(agent, own, by, order));
}

/** The agent that reads a meter. @throws {BadRequestProblem} when none does. */
export function agentOf({ id, agents }: MeterTarget): string {
  const [agent] = agents;
  if (agent !== undefined) return agent;
  throw new BadRequestProblem(`no agent reads the meter ${id}`, {
    remedy: "give it to an agent in that agent's configuration",
  });
}

/** `site/agent` taken apart. */
export function splitAgent(name: string): { site: string; agent: string } {
  const [site = "", agent = ""] = name.split("/");
  return { site, agent };
}

function orderFor(
  name: string,
  meters: readonly MeterTarget[],
  by: Principal,
  order: PlainOrder,
): AgentOrder<PlainOrder> {
  const subjects = meters.map(({ id }) => id);
  const units = new Set(meters.map(({ unitId }) => unitId));
  const [unit] = units;
  return {
    ...splitAgent(name),
    order: narrowed(order, new Set(subjects)),
    subjects,
    unitId: units.size === 1 && unit !== undefined ? unit : by.unitId,
  };
}

async function wholeAgent(
  sql: Sql,
  by: Principal,
  order: PlainOrder,
  named: { readonly site: string; readonly agent: string } | null,
): Promise<AgentOrder<PlainOrder>> {
  requireWholeScope(by.scope, "orders to a whole agent");
  if (named === null) throw new BadRequestProblem("name the agent, or the meters", { remedy: "give site and agent" });
  const { site, agent } = named;
  const { rowCount } = await sql.query("select 1 from agent where site = $1 and id = $2", [site, agent]);
  if ((rowCount ?? 0) === 0) throw new NotFoundProblem("agent", `${site}/${agent}`);
  return { site, agent, order, subjects: [], unitId: null };
}

function meterIdsOf(order: PlainOrder): readonly string[] {
  if (order.kind === "read-now" || order.kind === "retry") return order.meters ?? [];
  return order.kind === "re-read" ? order.wanted.map(({ meter }) => meter) : [];
}

function narrowed(order: PlainOrder, meters: ReadonlySet<string>): PlainOrder {
  if (order.kind === "re-read") return { ...order, wanted: order.wanted.filter(({ meter }) => meters.has(meter)) };
  return order.kind === "read-now" || order.kind === "retry" ? { ...order, meters: [...meters] } : order;
}
