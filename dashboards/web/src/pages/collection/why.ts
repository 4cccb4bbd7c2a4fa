import type { AgentRow } from "../../api/queries.ts";

/** How full an agent's outbox is, and how much it has lost. */
export interface Outbox {
  readonly records: number;
  readonly fill: number;
  readonly dropped: number;
  readonly oldestReadAt: number | null;
}

interface StatusParts {
  readonly version?: unknown;
  readonly outbox?: unknown;
  readonly units?: unknown;
}

/** The outbox of an agent's last status; null when it said nothing of it (a last will carries little). */
export function outboxOf(status: AgentRow["status"]): Outbox | null {
  const { outbox } = (status ?? {}) as StatusParts;
  if (typeof outbox !== "object" || outbox === null) return null;
  const { records, bytes, maxBytes, dropped, oldestReadAt } = outbox as Record<string, unknown>;
  if (typeof records !== "number" || typeof bytes !== "number" || typeof maxBytes !== "number") return null;
  return {
    records,
    fill: maxBytes > 0 ? bytes / maxBytes : 0,
    dropped: typeof dropped === "number" ? dropped : 0,
    oldestReadAt: typeof oldestReadAt === "number" ? oldestReadAt : null,
  };
}

/** Version of an agent's program, as it said. */
export function versionOf(status: AgentRow["status"]): string | null {
  const { version } = (status ?? {}) as StatusParts;
  return typeof version === "string" ? version : null;
}

/** Why a meter does not report, as far as it is known. */
export type Why =
  | { readonly code: "no_agent" | "agent_offline" | "agent_unknown" | "no_answer" }
  /** `error` in the agent's own words; null where it said nothing. */
  | { readonly code: "unit_silent" | "unit_failing"; readonly error: string | null };

/** Looks from the agent to the unit on its bus: an agent that is away explains all its meters. */
export function whyMissing(
  meter: { readonly id: string; readonly agent: string | null },
  agents: readonly AgentRow[],
): Why {
  if (meter.agent === null) return { code: "no_agent" };
  const agent = agents.find((row) => `${row.site}/${row.id}` === meter.agent);
  if (agent === undefined) return { code: "agent_unknown" };
  if (!agent.isOnline) return { code: "agent_offline" };
  const unit = unitOf(agent.status, meter.id);
  const error = typeof unit?.lastError === "string" && unit.lastError !== "" ? unit.lastError : null;
  if (unit?.state === "silent") return { code: "unit_silent", error };
  return error === null ? { code: "no_answer" } : { code: "unit_failing", error };
}

interface UnitParts {
  readonly meter?: unknown;
  readonly state?: unknown;
  readonly lastError?: unknown;
}

function unitOf(status: AgentRow["status"], meterId: string): UnitParts | undefined {
  const { units } = (status ?? {}) as StatusParts;
  return Array.isArray(units) ? (units as UnitParts[]).find((unit) => unit.meter === meterId) : undefined;
}
