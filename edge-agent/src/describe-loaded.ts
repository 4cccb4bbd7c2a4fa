import type { LoadedEdgeAgent } from "./load-config.ts";

/** What a configuration that has no faults comes to, in a line for a person. */
export function describeLoaded(path: string, { config, agentConfig }: LoadedEdgeAgent): string {
  const { site, agent, configFile } = config;
  if (agentConfig === undefined)
    return `${path}: no faults; agent ${site}/${agent} waits for its buses from the platform`;
  const { buses, channels } = agentConfig;
  const meters = new Set(buses.flatMap((bus) => ("items" in bus ? bus.items : bus.units).map(({ meter }) => meter)));
  const amounts = `${buses.length} bus(es), ${meters.size} meter(s), ${channels.length} channel(s)`;
  return `${path}: no faults; agent ${site}/${agent} reads ${amounts} of ${configFile}`;
}
