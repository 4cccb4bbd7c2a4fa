import type { ProfileName } from "../town/town.ts";
import type { DeviceMap } from "./device.ts";
import { SIEMENS_MAG6000 } from "./siemens-mag6000.ts";
import { TUF_2000 } from "./tuf-2000.ts";
import { VORTEX_GAS } from "./vortex-gas.ts";

/** The register map of each meter model of the town. */
export const DEVICE_MAPS: Readonly<Record<ProfileName, DeviceMap>> = {
  "siemens-mag6000": SIEMENS_MAG6000,
  "tuf-2000": TUF_2000,
  "vortex-gas": VORTEX_GAS,
};
