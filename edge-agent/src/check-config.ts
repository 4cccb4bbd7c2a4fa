import { type AgentConfig, channelsFedBy } from "@nightflow/domain";
import { faultsOfBus } from "./drivers/drivers.ts";
import type { ProfileLibrary } from "./profiles/library.ts";
import { repeated } from "./repeated.ts";

/** A broker takes 1 MiB in one packet, and the report of all channels is one. */
const MAX_REPORT_BYTES = 900 * 1024;

/** What is wrong between a configuration and the profiles that it names, in words that say where. */
export function faultsOfAgentConfig(config: AgentConfig, profiles: ProfileLibrary): string[] {
  const channels = new Map(config.channels.map((channel) => [channel.id as string, channel]));
  const faults = repeated(config.buses.map(({ id }) => id)).map((id) => `bus ${id} is there twice`);
  faults.push(...repeated(config.buses.flatMap(channelsFedBy)).map((id) => `channel ${id} is fed twice`));
  const reportBytes = Buffer.byteLength(JSON.stringify(config.channels));
  if (reportBytes > MAX_REPORT_BYTES)
    faults.push(`the ${config.channels.length} channels are too many for one agent: give some of them to another`);
  for (const bus of config.buses) faults.push(...faultsOfBus(bus, { profiles, channels }));
  return faults;
}
