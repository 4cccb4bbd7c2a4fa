import { readFileSync } from "node:fs";
import { checkConfigOf, configOf, listVersions, loadVersion, newestVersion, saveVersion } from "@nightflow/crm-api";
import { type AgentConfigDiff, describeError, diffAgentConfigs, isSameConfig, realClock } from "@nightflow/domain";
import type { Database } from "@nightflow/storage";
import { parse } from "yaml";
import { loadConfig } from "../config/load.ts";
import { makeLogger } from "../config/log.ts";
import { withDatabase } from "../database-place.ts";
import { UsageError } from "./failure.ts";

interface Options {
  readonly config?: string;
}

/** `nightflow config get AGENT`: the desired configuration, or one version of it, as JSON. */
export async function runConfigGet(agent: string, options: Options & { readonly version?: string }): Promise<void> {
  await onDatabase(options, async (db) => {
    const who = agentOf(agent);
    const kept =
      options.version === undefined
        ? await newestVersion(db, who)
        : await loadVersion(db, who, Number(options.version));
    if (kept === null) throw nothingKept(agent);
    say(JSON.stringify(JSON.parse(kept.payload), null, 2));
  });
}

/** `nightflow config put AGENT FILE --reason WHY`: keeps a new version; a running API sends it. */
export async function runConfigPut(
  agent: string,
  file: string,
  options: Options & { readonly reason: string; readonly dryRun?: boolean },
): Promise<void> {
  await onDatabase(options, async (db) => {
    const deps = { db, clock: realClock };
    const candidate = readCandidate(file);
    const { faults, changes } = await checkConfigOf(deps, agentOf(agent), candidate);
    for (const { path, message } of faults) say(`fault: ${path}: ${message}`);
    if (faults.length > 0 || changes === null)
      throw new UsageError(`${faults.length} fault(s); nothing was changed`, {
        remedy: "mend what is named above and run it again",
      });
    sayDiff(changes);
    if (options.dryRun === true) return say("dry run: nothing was changed");
    if (isSameConfig(changes)) return say("the newest version is the same: nothing is to be done");
    const actor = { userId: null, login: "nightflow config put" };
    const kept = await saveVersion(deps, actor, agentOf(agent), { config: candidate, reason: options.reason });
    say(`version ${kept.version} is kept (${kept.hash.slice(0, 12)}); the API sends it to the agent`);
  });
}

/** `nightflow config diff AGENT [FROM] [TO]`: what is different between two versions, the newest two by default. */
export async function runConfigDiff(
  agent: string,
  from: string | undefined,
  to: string | undefined,
  options: Options,
): Promise<void> {
  await onDatabase(options, async (db) => {
    const who = agentOf(agent);
    const newest = await newestVersion(db, who);
    if (newest === null) throw nothingKept(agent);
    const after = to === undefined ? newest : await loadVersion(db, who, Number(to));
    const before = await loadVersion(db, who, from === undefined ? Math.max(1, after.version - 1) : Number(from));
    say(`version ${before.version} to ${after.version}`);
    sayDiff(diffAgentConfigs(configOf(before), configOf(after)));
  });
}

/** `nightflow config history AGENT`: who changed it, when and why. */
export async function runConfigHistory(agent: string, options: Options): Promise<void> {
  await onDatabase(options, async (db) => {
    const { items } = await listVersions(db, agentOf(agent), { limit: 100 });
    if (items.length === 0) throw nothingKept(agent);
    for (const { version, madeAt, madeBy, reason, backTo } of items) {
      const back = backTo === null ? "" : ` (back to ${backTo})`;
      say(`${String(version).padStart(4)}  ${new Date(madeAt).toISOString()}  ${madeBy}  ${reason}${back}`);
    }
  });
}

async function onDatabase(options: Options, work: (db: Database) => Promise<void>): Promise<void> {
  const logger = makeLogger("warn", "config", { fd: 2 });
  await withDatabase(loadConfig(options.config), logger, work);
}

function agentOf(text: string): { site: string; agent: string } {
  const [site, agent, ...more] = text.split("/");
  if (!site || !agent || more.length > 0)
    throw new UsageError(`${text} is no agent`, { remedy: "name it by site and agent, for example town/agent-1" });
  return { site, agent };
}

function readCandidate(file: string): unknown {
  try {
    const text = readFileSync(file, "utf8");
    return text.trimStart().startsWith("{") ? JSON.parse(text) : parse(text);
  } catch (cause) {
    throw new UsageError(`${file} cannot be read: ${describeError(cause)}`, { cause });
  }
}

function sayDiff({ buses, channels, other }: AgentConfigDiff): void {
  const lines = [
    ...buses.added.map((id) => `+ bus ${id}`),
    ...buses.removed.map((id) => `- bus ${id}`),
    ...buses.changed.map((id) => `~ bus ${id}`),
    ...channels.added.map((id) => `+ channel ${id}`),
    ...channels.removed.map((id) => `- channel ${id}`),
    ...channels.changed.map((id) => `~ channel ${id}`),
    ...other.map((part) => `~ ${part}`),
  ];
  for (const line of lines.length === 0 ? ["no difference"] : lines) say(line);
}

function nothingKept(agent: string): UsageError {
  return new UsageError(`no configuration of ${agent} is kept here`, {
    remedy: `nightflow config put ${agent} FILE --reason WHY keeps the first one`,
  });
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
