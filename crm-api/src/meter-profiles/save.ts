import { type AgentName, type ConfigDeskDeps, configOf, newestVersion, saveVersion } from "../agent-config/versions.ts";
import { ApiProblem, BadRequestProblem, ConflictProblem } from "../http/problems.ts";
import { transactionWithRetry } from "../sql/retry.ts";
import { type Actor, recordAudit } from "../system/record.ts";
import { checkProfile } from "./check.ts";
import { ownProfiles } from "./store.ts";

/** A new version of an own profile. */
export interface NewProfile {
  readonly profile: unknown;
  readonly reason: string;
  readonly basedOn: number | null;
}

/**
 * Keeps a new version of a profile; from then on configurations that name it get it.
 *
 * @throws {BadRequestProblem} with every fault, wrong vectors too.
 * @throws {ConflictProblem} when there is a newer version than the person had seen.
 */
export async function saveProfile(deps: ConfigDeskDeps, actor: Actor, name: string, order: NewProfile): Promise<void> {
  const { profile, faults } = checkProfile(order.profile);
  if (profile !== null && profile.name !== name) faults.push({ path: "name", message: `must be ${name}` });
  if (profile === null || faults.length > 0)
    throw new BadRequestProblem(`the profile has ${faults.length} fault(s)`, {
      details: { faults },
      remedy: "mend what is listed; nothing was changed",
    });
  const atMs = deps.clock.now();
  await transactionWithRetry(deps.db, async (tx) => {
    await tx.query("select pg_advisory_xact_lock(hashtext('meter_profile ' || $1))", [name]);
    const newest = (await ownProfiles(tx)).get(name)?.version ?? null;
    if (newest !== order.basedOn)
      throw new ConflictProblem("PROFILE_MOVED_ON", `${name} is at version ${newest ?? "none"} meanwhile`, {
        remedy: "look at the newest version, and make your change in it",
      });
    const version = (newest ?? 0) + 1;
    await tx.query(
      `insert into meter_profile (name, version, profile, made_by_login, made_at, reason)
       values ($1, $2, $3, $4, to_timestamp($5::float8 / 1000), $6)`,
      [name, version, JSON.stringify(profile), actor.login, atMs, order.reason],
    );
    const note = { action: "meter_profile.save", kind: "meter_profile", subject: name, after: { version } };
    await recordAudit(tx, deps.clock, actor, { ...note, reason: order.reason });
  });
}

/** Gives agents the newest version of what they name; one that cannot take it harms no other. */
export async function sendToAgents(
  deps: ConfigDeskDeps,
  actor: Actor,
  agents: readonly AgentName[],
  reason: string,
): Promise<{ agent: string; version: number | null; why: string | null }[]> {
  const sent = [];
  for (const who of agents) {
    const agent = `${who.site}/${who.agent}`;
    const newest = await newestVersion(deps.db, who);
    if (newest === null) {
      sent.push({ agent, version: null, why: "it reads its own file" });
      continue;
    }
    try {
      const order = { config: configOf(newest), reason, basedOn: newest.version };
      const { version } = await saveVersion(deps, actor, who, order);
      sent.push({ agent, version, why: null });
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error;
      sent.push({ agent, version: null, why: error.message });
    }
  }
  return sent;
}
