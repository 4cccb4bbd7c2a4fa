import { NO_DEVICES } from "./devices/no-devices.ts";
import type { ReadingContext } from "./payload-check.ts";
import type { ChannelRegistry, DeviceDirectory } from "./ports.ts";

/** What readings are checked with at one instant: channels by their ids and other names, profiles, rejections. */
export function readingContext(
  registry: Pick<ChannelRegistry, "lookup">,
  devices: DeviceDirectory | undefined,
  nowMs: number,
): ReadingContext {
  const known = devices ?? NO_DEVICES;
  return {
    nowMs,
    devices: known,
    lookup: (id) => registry.lookup(id) ?? registry.lookup(known.channelOf(id) ?? id),
    isRejected: ({ list, channel }) => list === "quarantine" && channel !== null && known.hearsRejected(channel, nowMs),
  };
}
