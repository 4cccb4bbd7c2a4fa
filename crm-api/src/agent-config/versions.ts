import { createHash } from "node:crypto";
import {
  type AgentConfig,
  type AgentConfigDiff,
  type Clock,
  type ConfigFault,
  checkAgentConfig,
  diffAgentConfigs,
  isSameConfig,
} from "@nightflow/domain";
import type { Database, Sql } from "@nightflow/storage";
import { BadRequestProblem, ConflictProblem, NotFoundProblem } from "../http/problems.ts";
import { withOwnProfiles } from "../meter-profiles/carried.ts";
import { epochMs } from "../sql/filter.ts";
import { transactionWithRetry } from "../sql/retry.ts";
import { type Actor, recordAudit, recordEvents } from "../system/record.ts";
import { faultsOfHeartbeats } from "./heartbeats.ts";

/** One agent. */
export interface AgentName {
  readonly site: string;
  readonly agent: string;
}

/** What the keeping of configurations stands on. */
export interface ConfigDeskDeps {
  readonly db: Database;
  readonly clock: Clock;
  /** What else is wrong, that only the agent's drivers and profiles know; without it the agent says so. */
  readonly checkConfig?: ((config: AgentConfig) => Promise<readonly ConfigFault[]>) | undefined;
}

/** A version with its content. */
export interface KeptVersion {
  readonly version: number;
  readonly hash: string;
  readonly payload: string;
  readonly madeAt: number;
  readonly madeBy: string;
  readonly reason: string;
  readonly backTo: number | null;
  readonly changes: AgentConfigDiff;
}

/** Told, with `site/agent`, whenever there is a new version. */
export const AGENT_CONFIG_CHANNEL = "nightflow_agent_config";

/** SQL columns of a version; `KeptVersion` row by row. */
export const VERSION_COLUMNS = `version, hash, payload, ${epochMs("made_at")} as "madeAt", made_by_login as "madeBy", reason,
  back_to as "backTo", changes`;

/** A new version of an agent's configuration. */
export interface NewVersion {
  readonly config: unknown;
  readonly reason: string;
  /** The newest version that the person had seen; undefined: whatever it is. */
  readonly basedOn?: number | null | undefined;
}

/** All that is wrong with a configuration, and what it would change. */
export async function checkConfigOf(deps: ConfigDeskDeps, who: AgentName, candidate: unknown) {
  const { config, faults } = await checked(deps, candidate);
  if (config === null) return { faults, changes: null };
  const before = await newestVersion(deps.db, who);
  return { faults, changes: diffAgentConfigs(comparable(before), config) };
}

/**
 * Keeps a new version, which is then the desired one.
 *
 * @throws {BadRequestProblem} with every fault of the configuration.
 * @throws {ConflictProblem} when there is a newer version than the person had seen, or nothing is different.
 */
export async function saveVersion(
  deps: ConfigDeskDeps,
  actor: Actor,
  who: AgentName,
  { config: candidate, reason, basedOn }: NewVersion,
): Promise<KeptVersion> {
  const { config, faults } = await checked(deps, candidate);
  if (config === null || faults.length > 0)
    throw new BadRequestProblem(`the configuration has ${faults.length} fault(s)`, {
      details: { faults },
      remedy: "mend what is listed; nothing was changed",
    });
  return await addVersion(deps, actor, who, { config, reason, basedOn, backTo: null });
}

/** Makes an older version the desired one again. @throws {NotFoundProblem} @throws {ConflictProblem} */
export async function goBackTo(
  deps: ConfigDeskDeps,
  actor: Actor,
  who: AgentName,
  order: { readonly version: number; readonly reason: string; readonly basedOn: number | null },
): Promise<KeptVersion> {
  const kept = await loadVersion(deps.db, who, order.version);
  return await addVersion(deps, actor, who, { ...order, config: configOf(kept), backTo: order.version });
}

/** The newest version: the desired one; null when none is kept. */
export async function newestVersion(sql: Sql, { site, agent }: AgentName): Promise<KeptVersion | null> {
  const { rows } = await sql.query<KeptVersion>(
    `select ${VERSION_COLUMNS} from agent_config where site = $1 and agent = $2 order by version desc limit 1`,
    [site, agent],
  );
  return rows[0] ?? null;
}

/** One version. @throws {NotFoundProblem} */
export async function loadVersion(sql: Sql, { site, agent }: AgentName, version: number): Promise<KeptVersion> {
  const { rows } = await sql.query<KeptVersion>(
    `select ${VERSION_COLUMNS} from agent_config where site = $1 and agent = $2 and version = $3`,
    [site, agent, version],
  );
  if (rows[0] === undefined) throw new NotFoundProblem("version", `${site}/${agent} ${version}`);
  return rows[0];
}

/** The configuration that a version holds; it was checked when it was kept, by this program or an older one. */
export function configOf({ payload }: Pick<KeptVersion, "payload">): AgentConfig {
  const { config, faults } = checkAgentConfig(JSON.parse(payload));
  if (config !== null) return config;
  const paths = faults.map(({ path }) => path).join(", ");
  throw new ConflictProblem("CONFIG_OUTDATED", `this version does not fit this program any more: ${paths}`);
}

/** What a version holds, to compare with; null where it does not fit this program any more: that keeps nobody from a new one. */
function comparable(before: KeptVersion | null): AgentConfig | null {
  return before === null ? null : checkAgentConfig(JSON.parse(before.payload)).config;
}

async function checked(deps: ConfigDeskDeps, candidate: unknown) {
  const found = checkAgentConfig(candidate);
  if (found.config === null) return found;
  // Checked once more: with the profiles that it carries it may be too long for one message.
  const whole = checkAgentConfig(await withOwnProfiles(deps.db, found.config));
  if (whole.config === null) return whole;
  const { config } = whole;
  const faults = [...(await faultsOfHeartbeats(deps.db, config)), ...((await deps.checkConfig?.(config)) ?? [])];
  return { config, faults };
}

interface Addition extends Omit<NewVersion, "config"> {
  readonly config: AgentConfig;
  readonly backTo: number | null;
}

async function addVersion(
  { db, clock }: ConfigDeskDeps,
  actor: Actor,
  who: AgentName,
  { config, reason, basedOn, backTo }: Addition,
): Promise<KeptVersion> {
  return await transactionWithRetry(db, async (tx) => {
    await tx.query("select pg_advisory_xact_lock(hashtextextended($1, 21))", [`${who.site}/${who.agent}`]);
    const before = await newestVersion(tx, who);
    if (basedOn !== undefined && basedOn !== (before?.version ?? null)) throw movedOn(before);
    const changes = diffAgentConfigs(comparable(before), config);
    if (before !== null && isSameConfig(changes))
      throw new ConflictProblem("CONFIG_SAME", `version ${before.version} is the same`, {
        remedy: "nothing is to be done",
      });
    const version = (before?.version ?? 0) + 1;
    await insertVersion(tx, clock, actor, who, { version, payload: JSON.stringify(config), reason, backTo, changes });
    await noteVersion(tx, clock, actor, who, { version, reason, backTo, changes });
    return await loadVersion(tx, who, version);
  });
}

type Row = Pick<KeptVersion, "version" | "payload" | "reason" | "backTo" | "changes">;

async function insertVersion(tx: Sql, clock: Clock, actor: Actor, who: AgentName, row: Row): Promise<void> {
  const hash = createHash("sha256").update(row.payload).digest("hex");
  const changes = JSON.stringify(row.changes);
  const madeAt = new Date(clock.now());
  await tx.query(
    `insert into agent_config (site, agent, version, payload, hash, made_by, made_by_login, made_at, reason, back_to, changes)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
    [
      who.site,
      who.agent,
      row.version,
      row.payload,
      hash,
      actor.userId,
      actor.login,
      madeAt,
      row.reason,
      row.backTo,
      changes,
    ],
  );
}

/** Audit, live event and the word to whoever publishes it, in the transaction of the change. */
async function noteVersion(
  tx: Sql,
  clock: Clock,
  actor: Actor,
  who: AgentName,
  { version, reason, backTo, changes }: Omit<Row, "payload">,
): Promise<void> {
  const subject = `${who.site}/${who.agent}`;
  const action = backTo === null ? "agent_config.save" : "agent_config.go_back";
  await recordAudit(tx, clock, actor, { action, kind: "agent", subject, after: { version, backTo, changes }, reason });
  await tx.query("select pg_notify($1, $2)", [AGENT_CONFIG_CHANNEL, subject]);
  const { rows } = await tx.query<{ path: string }>("select path from org_unit where parent_id is null");
  await recordEvents(
    tx,
    clock,
    rows.map(({ path: unitPath }) => ({ kind: "collection", subject, unitPath })),
  );
}

function movedOn(before: KeptVersion | null): ConflictProblem {
  const newest = before?.version ?? null;
  return new ConflictProblem("CONFIG_MOVED_ON", `somebody has changed it meanwhile: version ${newest} is the newest`, {
    details: { newest, madeBy: before?.madeBy ?? null },
    remedy: "look at the newest version and make your change there",
  });
}
