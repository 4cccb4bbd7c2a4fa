import type { AgentConfig, MeterProfile } from "@nightflow/domain";
import type { Sql } from "@nightflow/storage";
import { ownProfiles } from "./store.ts";

/**
 * The configuration with the newest own profiles that its meters name; others that it carried go on as they were.
 */
export async function withOwnProfiles(sql: Sql, config: AgentConfig): Promise<AgentConfig> {
  const own = await ownProfiles(sql);
  const named = new Set(config.buses.flatMap(profilesOf));
  const carried = (config.profiles ?? []).filter(({ name }) => !own.has(name));
  const fresh = [...named].flatMap((name): MeterProfile[] => {
    const kept = own.get(name);
    return kept === undefined ? [] : [kept.profile];
  });
  const profiles = [...carried, ...fresh].toSorted((a, b) => a.name.localeCompare(b.name));
  const { profiles: _, ...rest } = config;
  return profiles.length === 0 ? rest : { ...rest, profiles };
}

function profilesOf(bus: AgentConfig["buses"][number]): string[] {
  if (!("units" in bus)) return [];
  return bus.units.flatMap((unit) => ("profile" in unit && typeof unit.profile === "string" ? [unit.profile] : []));
}
