import type { LoadedConfig } from "../config/load.ts";
import type { Probes } from "./probes.ts";

/** What the doctor looks at: one configuration, on this machine, now. */
export interface Patient {
  readonly loaded: LoadedConfig;
  readonly dataDir: string;
  /** Process id of the `nightflow up` that works on the data folder; undefined when none does. */
  readonly upPid: number | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly probes: Probes;
}
