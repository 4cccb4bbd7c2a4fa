import { NO_PROFILE } from "@nightflow/domain";
import type { DeviceDirectory } from "../ports.ts";

/** The directory of an installation in which nobody has decided anything: every unknown field waits for approval. */
export const NO_DEVICES: DeviceDirectory = {
  profileOf: () => NO_PROFILE,
  channelOf: () => undefined,
  unitOfName: () => null,
  hearsRejected: () => false,
  refresh: async () => undefined,
};
