import type { AgentConfig } from "./agent-config.ts";
import { type Bus, channelsFedBy } from "./buses/bus.ts";

/** Ids of what is new, gone and different between two configurations. */
export interface IdChanges {
  readonly added: readonly string[];
  readonly removed: readonly string[];
  readonly changed: readonly string[];
}

/** What is different between two configurations of an agent. */
export interface AgentConfigDiff {
  readonly buses: IdChanges;
  readonly channels: IdChanges;
  /** Anything beside them. */
  readonly other: readonly string[];
}

/**
 * What is different between two configurations. A bus is changed when its own settings are, or the description of a
 * channel that it feeds, or a profile that travels with the configuration: an agent opens exactly these anew.
 */
export function diffAgentConfigs(before: AgentConfig | null, after: AgentConfig): AgentConfigDiff {
  const channels = changesOf(byId(before?.channels ?? []), byId(after.channels));
  const touched = new Set<string>([...channels.added, ...channels.removed, ...channels.changed]);
  const other = otherChanges(before, after);
  const feedsTouched = (bus: Bus) => other.includes("profiles") || channelsFedBy(bus).some((id) => touched.has(id));
  const old = new Map((before?.buses ?? []).map((bus) => [bus.id as string, bus]));
  const texts = (buses: readonly Bus[]) => new Map(buses.map((bus) => [bus.id as string, canonicalJson(bus)] as const));
  const buses = changesOf(texts(before?.buses ?? []), texts(after.buses));
  const moved = after.buses.filter((bus) => old.has(bus.id) && !buses.changed.includes(bus.id) && feedsTouched(bus));
  return { buses: { ...buses, changed: [...buses.changed, ...moved.map(({ id }) => id)] }, channels, other };
}

/** Whether nothing is different. */
export function isSameConfig({ buses, channels, other }: AgentConfigDiff): boolean {
  const lists = [buses, channels].flatMap(({ added, removed, changed }) => [added, removed, changed]);
  return other.length === 0 && lists.every((list) => list.length === 0);
}

/** JSON with its keys in order, so that equal things have equal texts. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) =>
    typeof item === "object" && item !== null && !Array.isArray(item)
      ? Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)))
      : item,
  );
}

function byId(items: readonly { readonly id: string }[]): Map<string, string> {
  return new Map(items.map((item) => [item.id, canonicalJson(item)]));
}

function changesOf(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): IdChanges {
  const ids = [...after.keys()];
  return {
    added: ids.filter((id) => !before.has(id)),
    removed: [...before.keys()].filter((id) => !after.has(id)),
    changed: ids.filter((id) => before.has(id) && before.get(id) !== after.get(id)),
  };
}

function otherChanges(before: AgentConfig | null, after: AgentConfig): string[] {
  const rest = (config: AgentConfig | null): Record<string, unknown> => {
    const { channels: _channels, buses: _buses, ...others } = config ?? { channels: [], buses: [] };
    return others;
  };
  const [old, now] = [rest(before), rest(after)];
  const keys = new Set([...Object.keys(old), ...Object.keys(now)]);
  return before === null ? [] : [...keys].filter((key) => canonicalJson(old[key]) !== canonicalJson(now[key]));
}
