import { checkPlainly } from "../issues/plain-faults.ts";
import { AgentConfig } from "./agent-config.ts";
import { channelsFedBy } from "./buses/bus.ts";

/** A broker takes 1 MiB in one packet, and a configuration is one. */
export const MAX_CONFIG_BYTES = 900 * 1024;

/** One thing that is wrong with a configuration, and where: `buses.0.units.3.periodS`. */
export interface ConfigFault {
  readonly path: string;
  readonly message: string;
  /** The same in Chinese, where there are words. */
  readonly zh?: string | undefined;
}

/** A configuration, or all that is wrong with it. */
export type CheckedConfig =
  | { readonly config: AgentConfig; readonly faults: readonly [] }
  | { readonly config: null; readonly faults: readonly ConfigFault[] };

/** Checks a configuration of an agent as far as it can be told without its profiles: every fault, each with its path. */
export function checkAgentConfig(candidate: unknown): CheckedConfig {
  const checked = checkPlainly(AgentConfig, candidate);
  if (checked.data === null)
    return { config: null, faults: checked.faults.map((fault) => ({ ...fault, path: fault.path || "config" })) };
  const config = checked.data;
  const faults = [...faultsOfIds(config), ...faultsOfSize(config)];
  return faults.length === 0 ? { config, faults: [] } : { config: null, faults };
}

function faultsOfIds({ buses }: AgentConfig): ConfigFault[] {
  const seen = new Map<string, string>();
  const faults: ConfigFault[] = [];
  buses.forEach((bus, at) => {
    const path = `buses.${at}`;
    const first = buses.findIndex(({ id }) => id === bus.id);
    if (first !== at)
      faults.push({ path: `${path}.id`, message: `bus ${bus.id} is there twice; it is buses.${first} too` });
    for (const channel of channelsFedBy(bus)) {
      const other = seen.get(channel);
      if (other !== undefined) faults.push({ path, message: `channel ${channel} is fed twice; ${other} feeds it too` });
      seen.set(channel, path);
    }
  });
  return faults;
}

function faultsOfSize(config: AgentConfig): ConfigFault[] {
  const bytes = new TextEncoder().encode(JSON.stringify(config)).length;
  if (bytes <= MAX_CONFIG_BYTES) return [];
  const message = `the configuration is ${Math.ceil(bytes / 1024)} KiB and a message at most ${MAX_CONFIG_BYTES / 1024}: give some of its meters to another agent`;
  return [{ path: "config", message }];
}
