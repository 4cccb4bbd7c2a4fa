import { z } from "zod";
import { Cjt188Bus } from "./cjt188.ts";
import { MbusBus, WmbusBus } from "./mbus.ts";
import { ModbusBus, ModbusTcpBus } from "./modbus-tcp.ts";
import { OpcUaBus } from "./opcua.ts";

/**
 * One line to meters, by kind. A kind is one file here and one folder of the agent's `drivers`. Whatever it is, a bus has
 * an id, and it feeds channels from `units` (of which each has a record of channels) or from `items` (one channel each).
 */
export const Bus = z.discriminatedUnion("kind", [ModbusTcpBus, ModbusBus, OpcUaBus, Cjt188Bus, MbusBus, WmbusBus]);
export type Bus = z.infer<typeof Bus>;
export type BusKind = Bus["kind"];
export type BusOf<Kind extends BusKind> = Extract<Bus, { kind: Kind }>;

/** The ids of all channels that a bus feeds; one that is fed twice is there twice. */
export function channelsFedBy(bus: Bus): string[] {
  if ("items" in bus) return bus.items.map((item) => item.channel);
  return bus.units.flatMap((unit) => Object.values(unit.channels));
}
