import { type AgentConfig, channelsFedBy, faultsOfVectors } from "@nightflow/domain";
import { faultsOfBus } from "./drivers/drivers.ts";
import { type ProfileLibrary, withInlineProfiles } from "./profiles/library.ts";
import { repeated } from "./repeated.ts";
import { faultsOfSharedLines } from "./transports/shared-lines.ts";

/** A broker takes 1 MiB in one packet, and the report of all channels is one. */
const MAX_REPORT_BYTES = 900 * 1024;

/**
 * What is wrong between a configuration and the profiles that it names, in words that say where. The profiles that the
 * configuration itself carries go before those of `bundled`.
 */
export function faultsOfAgentConfig(config: AgentConfig, bundled: ProfileLibrary): string[] {
  const profiles = withInlineProfiles(bundled, config.profiles);
  const channels = new Map(config.channels.map((channel) => [channel.id as string, channel]));
  const faults = repeated(config.buses.map(({ id }) => id)).map(
    (id) => `bus ${id} is there twice: give one of them another id`,
  );
  faults.push(
    ...repeated(config.buses.flatMap(channelsFedBy)).map(
      (id) => `channel ${id} is fed twice: let one register feed one channel`,
    ),
  );
  const reportBytes = Buffer.byteLength(JSON.stringify(config.channels));
  if (reportBytes > MAX_REPORT_BYTES)
    faults.push(`the ${config.channels.length} channels are too many for one agent: give some of them to another`);
  for (const profile of config.profiles ?? [])
    faults.push(...faultsOfVectors(profile).map((fault) => `profile ${profile.name}: ${fault}`));
  faults.push(...faultsOfSharedLines(config.buses));
  for (const bus of config.buses) faults.push(...faultsOfBus(bus, { profiles, channels }));
  return faults;
}
