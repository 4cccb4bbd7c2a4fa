import type { Answer } from "../../remote/messages.ts";
import type { StillFile } from "../still-file.ts";
import type { StoreFilePort } from "../store-port.ts";
import type { StateSnapshot } from "../store-state.ts";

/** The methods of the store file that go over as they are. */
export type ForwardedName = Exclude<keyof StoreFilePort, "branch" | "onCheckpoint" | "whileHeld">;

// As an object, so that the compiler misses a name that is left out.
const NAMES: Readonly<Record<ForwardedName, true>> = {
  marks: true,
  newestReadAt: true,
  valuesAt: true,
  changesSince: true,
  saveCursor: true,
  feedConsumers: true,
  forgetConsumer: true,
  curve: true,
  lastValues: true,
  allLastValues: true,
  hourly: true,
  daily: true,
  nightMinimum: true,
  hourlyFromReadings: true,
  nightMinimumFromReadings: true,
  saveChannels: true,
  channels: true,
  setAside: true,
  findSetAside: true,
  countSetAside: true,
  groupSetAside: true,
  settleSetAside: true,
  counts: true,
  metrics: true,
  compact: true,
  retain: true,
  refreshRollUps: true,
  installation: true,
  apply: true,
  close: true,
};

export const FORWARDED = Object.keys(NAMES) as readonly ForwardedName[];

/** What the file's thread does when it is asked. */
export interface FileFunctions {
  open(): Promise<Answer<StateSnapshot>>;
  call(name: ForwardedName, args: readonly unknown[]): Promise<Answer<unknown>>;
  /** Holds the file until `release`; gives the number of the hold. */
  hold(): Promise<Answer<number>>;
  still(hold: number): Promise<Answer<Omit<StillFile, "isUntouched">>>;
  isUntouched(hold: number): Promise<Answer<boolean>>;
  release(hold: number): Promise<void>;
}

/** What the file's thread tells. */
export interface HostFunctions {
  checkpointed(no: number): void;
  /** A line of the thread's log, as pino writes it. */
  log(line: string): void;
}
