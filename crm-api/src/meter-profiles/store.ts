import type { MeterProfile } from "@nightflow/domain";
import type { Sql } from "@nightflow/storage";
import type { z } from "zod";
import { NotFoundProblem } from "../http/problems.ts";
import { epochMs } from "../sql/filter.ts";
import type { MeterProfileDetail, MeterProfileRow } from "./wire.ts";

/** Profiles that come with the program, by name. */
export type BundledProfiles = ReadonlyMap<string, MeterProfile>;

interface OwnRow {
  readonly name: string;
  readonly version: number;
  readonly profile: MeterProfile;
}

/** The newest version of every own profile. */
export async function ownProfiles(sql: Sql): Promise<ReadonlyMap<string, OwnRow>> {
  const { rows } = await sql.query<OwnRow>(
    "select distinct on (name) name, version, profile from meter_profile order by name, version desc",
  );
  return new Map(rows.map((row) => [row.name, row]));
}

/** Every profile, bundled and own, by name. */
export async function listProfiles(sql: Sql, bundled: BundledProfiles): Promise<z.infer<typeof MeterProfileRow>[]> {
  const [own, users] = [await ownProfiles(sql), await agentsByProfile(sql)];
  const names = [...new Set([...bundled.keys(), ...own.keys()])].sort();
  return names.flatMap((name) => {
    const profile = own.get(name)?.profile ?? bundled.get(name);
    return profile === undefined ? [] : [toRow(profile, own.get(name), bundled.has(name), users.get(name) ?? [])];
  });
}

/** One profile whole. @throws {NotFoundProblem} */
export async function profileDetail(
  sql: Sql,
  bundled: BundledProfiles,
  name: string,
): Promise<z.infer<typeof MeterProfileDetail>> {
  const own = (await ownProfiles(sql)).get(name);
  const profile = own?.profile ?? bundled.get(name);
  if (profile === undefined) throw new NotFoundProblem("profile", name);
  const { rows: versions } = await sql.query<{ version: number; madeAt: number; madeBy: string; reason: string }>(
    `select version, ${epochMs("made_at")} as "madeAt", made_by_login as "madeBy", reason from meter_profile
      where name = $1 order by version desc`,
    [name],
  );
  const agents = (await agentsByProfile(sql)).get(name) ?? [];
  return { ...toRow(profile, own, bundled.has(name), agents), profile, versions };
}

function toRow(profile: MeterProfile, own: OwnRow | undefined, isBundled: boolean, agents: readonly string[]) {
  const origin = own === undefined ? "bundled" : isBundled ? "own-over-bundled" : "own";
  return {
    name: profile.name,
    model: profile.model,
    document: profile.source.document,
    origin: origin as z.infer<typeof MeterProfileRow>["origin"],
    version: own?.version ?? null,
    registers: Object.keys(profile.registers).length,
    vectors: profile.vectors.length,
    verified: profile.vectors.filter(({ verified }) => verified).length,
    agents: [...agents],
  };
}

/** Agents whose newest configuration names a profile, by its name. */
export async function agentsByProfile(sql: Sql): Promise<ReadonlyMap<string, string[]>> {
  const { rows } = await sql.query<{ agent: string; profile: string }>(
    `select distinct c.site || '/' || c.agent as agent, unit ->> 'profile' as profile
       from (select distinct on (site, agent) site, agent, payload::jsonb as payload
               from agent_config order by site, agent, version desc) c,
            jsonb_array_elements(c.payload -> 'buses') bus,
            jsonb_array_elements(case when jsonb_typeof(bus -> 'units') = 'array' then bus -> 'units' else '[]' end) unit
      where unit ? 'profile' order by agent`,
  );
  const users = new Map<string, string[]>();
  for (const { agent, profile } of rows) users.set(profile, [...(users.get(profile) ?? []), agent]);
  return users;
}
