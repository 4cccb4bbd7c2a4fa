import type { BusKind, BusOf, ChannelDescription, Clock, Reading, UnitHealth } from "@nightflow/domain";
import type { Logger } from "pino";
import type { ProfileLibrary } from "../profiles/library.ts";

/** What a driver looks at when it checks the configuration of a bus. */
export interface CheckContext {
  readonly profiles: ProfileLibrary;
  readonly channels: ReadonlyMap<string, ChannelDescription>;
}

/** What a driver works with. */
export interface DriverDeps extends CheckContext {
  /** The agent's folder; a driver keeps its keys and certificates below it. */
  readonly dataDir: string;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Takes readings; they are durable at the outbox's next sync. */
  readonly collect: (readings: readonly Reading[]) => void;
}

/** A bus that is being read. It comes back by itself from whatever its far side does. */
export interface RunningBus {
  /** How its meters fare, a line each. */
  health(): UnitHealth[];
  /** Polls that were left out because their period was over before the bus was free. */
  readonly pollsSkipped: number;
  /** Ends reading and lets go of the line; what was read has been given to `collect`. */
  close(): Promise<void>;
}

/** One way to reach meters: a folder here, and the schema of its bus in the domain's `wire/buses`. */
export interface Driver<Kind extends BusKind> {
  readonly kind: Kind;
  /** What is wrong with a bus beyond its schema, in words that say where and what to do. */
  faultsOf(bus: BusOf<Kind>, context: CheckContext): string[];
  /** Begins to read at once, whether or not the far side is there. */
  open(bus: BusOf<Kind>, deps: DriverDeps): RunningBus;
}
