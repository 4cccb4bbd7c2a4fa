import type {
  BusKind,
  BusOf,
  ChannelDescription,
  Clock,
  LineHealth,
  OpcUaServerStanding,
  Reading,
  UnitHealth,
} from "@nightflow/domain";
import type { Logger } from "pino";
import type { ProfileLibrary } from "../profiles/library.ts";
import type { Transports } from "../transports/transports.ts";
import type { Exchange, LineRequest } from "./modbus/line.ts";

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
  /** Makes lines of bytes: TCP, serial ports, and devices that dial in. */
  readonly transports: Transports;
  /** Takes readings; they are durable at the outbox's next sync. */
  readonly collect: (readings: readonly Reading[]) => void;
  /** Hears of all channels that the bus has found by itself, beside those of the configuration. */
  readonly announce?: ((channels: readonly ChannelDescription[]) => void) | undefined;
}

/**
 * What a reading on demand brought. Its readings have been given to `collect` too. `unasked`: this meter cannot be asked, it
 * sends by itself.
 */
export interface ReadNowResult {
  readonly outcome: "answered" | "silent" | "disconnected" | "unknown-meter" | "busy" | "unasked";
  readonly readings: readonly Reading[];
  /** Why, in words for people, where the outcome does not say it all. */
  readonly detail?: string;
}

/** Something to be set in a meter, or in all meters of a bus. */
export type WriteOrder =
  /** A command that the meter's profile or protocol names, such as `valve_open` and `valve_close`. */
  | { readonly kind: "command"; readonly meter: string; readonly command: string }
  /** Coils (0 or 1) or words from a PDU address on. `meter: null` is a broadcast, which no meter answers. */
  | {
      readonly kind: "modbus";
      readonly meter: string | null;
      readonly functionCode: 5 | 6 | 15 | 16;
      readonly address: number;
      readonly values: readonly number[];
      /** Reads back what was written and compares. */
      readonly verify?: boolean;
    };

/** What became of an order. Nothing is thrown: a meter that says no is an expected outcome. */
export interface WriteResult {
  readonly outcome:
    | "done"
    /** Sent to all; nobody confirms a broadcast. */
    | "sent"
    /** Confirmed, but what was read back differs. */
    | "differs"
    | "refused"
    | "silent"
    | "disconnected"
    | "unknown-meter"
    /** Neither driver nor profile knows such an order. */
    | "unsupported"
    /** Too many orders wait on this bus. */
    | "busy";
  /** What the meter said, in words for people; null where the outcome says it all. */
  readonly detail: string | null;
}

/** A bus that is being read. It comes back by itself from whatever its far side does. */
export interface RunningBus {
  /** How its meters fare, a line each. */
  health(): UnitHealth[];
  /** Polls that were left out because their period was over before the bus was free. */
  readonly pollsSkipped: number;
  /** How the line itself fares, where there is one. */
  lineHealth?(): LineHealth;
  /** How an OPC UA server fares. */
  opcUa?(): OpcUaServerStanding;
  /** Its meters, where it has found more than its configuration names. */
  meters?(): readonly string[];
  /** Reads all of a meter at once, between two polls. */
  readNow?(meter: string): Promise<ReadNowResult>;
  /** Asks silent meters again at once, and a lost line; all of them, or one. Gives how many were waiting. */
  retry?(meter?: string): number;
  /**
   * Fetches what the meter or its server has kept from one instant to another, epoch ms; undefined where it can have kept
   * nothing of that time.
   */
  readBack?(meter: string, fromMs: number, toMs: number): Promise<ReadNowResult | undefined>;
  /** Sets something in a meter, between two polls. */
  write?(order: WriteOrder): Promise<WriteResult>;
  /** Puts one question of somebody who looks at the line; it takes idle time, so that the polls are hardly disturbed. */
  look?(request: LineRequest): Promise<Exchange>;
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
