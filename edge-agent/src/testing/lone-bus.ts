import { type BusOf, ChannelDescription, type Clock, ModbusProfile, type Reading } from "@nightflow/domain";
import pino from "pino";
import type { RunningBus } from "../drivers/driver.ts";
import { openBus } from "../drivers/drivers.ts";
import { Transports } from "../transports/transports.ts";

/** A profile of bare words: a gauge at each address, far enough apart that each is a request of its own. */
export function wordsProfile(addresses: readonly number[], functionCode: 3 | 4 = 3): ModbusProfile {
  return ModbusProfile.parse({
    name: "bare-words",
    model: "Bare words",
    source: { document: "none", pages: "none", reference: "made for tests" },
    addressBase: 0,
    registers: Object.fromEntries(
      addresses.map((address) => [
        `w${address}`,
        { quantity: "flow", unit: "m3/h", functionCode, parts: [{ address, type: "uint16" }] },
      ]),
    ),
    vectors: addresses.map((address) => ({
      register: `w${address}`,
      words: ["0001"],
      value: 1,
      unit: "m3/h",
      verified: true,
      source: "arithmetic",
    })),
  });
}

type ModbusBus = BusOf<"modbus"> | BusOf<"modbus-tcp">;

/** One unit of a bus that reads the bare words at some addresses into channels such as `U1.w100`. */
export function wordsUnit(unitId: number, addresses: readonly number[], periodS = 1): ModbusBus["units"][number] {
  const channels = Object.fromEntries(addresses.map((address) => [`w${address}`, `U${unitId}.w${address}`]));
  return { meter: `U${unitId}`, unitId, profile: "bare-words", periodS, channels };
}

/** A bus of the agent at work without the rest of it, and what it has read. */
export interface LoneBus {
  readonly bus: RunningBus;
  readonly readings: Reading[];
  readonly transports: Transports;
  /** The good values that a channel has had. */
  values(channel: string): (number | bigint)[];
}

/** Reads a bus of bare words. */
export function readWords(
  bus: ModbusBus,
  clock: Clock,
  options: { readonly profile: ModbusProfile; readonly onReadings?: (readings: readonly Reading[]) => void },
): LoneBus {
  const logger = pino({ level: process.env.NIGHTFLOW_TEST_LOG ?? "silent" });
  const { profile } = options;
  const ids = bus.units.flatMap((unit) => Object.values(unit.channels));
  const channels = new Map(
    ids.map((id) => [id as string, ChannelDescription.parse({ id, quantity: "flow", unit: "m3/h" })] as const),
  );
  const readings: Reading[] = [];
  const transports = new Transports({ clock, logger });
  const collect = options.onReadings ?? ((taken: readonly Reading[]) => void readings.push(...taken));
  const profiles = new Map([[profile.name, profile]]);
  const running = openBus(bus, { profiles, channels, dataDir: "", clock, logger, transports, collect });
  const values = (channel: string) =>
    readings.flatMap((reading) =>
      reading.channel === channel && reading.quality !== "missing" ? [reading.value] : [],
    );
  return { bus: running, readings, transports, values };
}
