import type { TownRegister } from "./town.ts";

const LITRE_M3 = 0.001;
const GAS_COUNT_SM3 = 0.01;

const FLOW: TownRegister = { name: "flow", quantity: "flow", unit: "m3/h" };
const FORWARD: TownRegister = { name: "forward_total", quantity: "forward_total", unit: "m3", resolution: LITRE_M3 };
const REVERSE: TownRegister = { name: "reverse_total", quantity: "reverse_total", unit: "m3", resolution: LITRE_M3 };

/** What a Siemens MAG 6000 serves; its flow travels in m³/s, the channel is m³/h. */
export const MAG_REGISTERS: readonly TownRegister[] = [
  FORWARD,
  REVERSE,
  FLOW,
  { name: "status", quantity: "alarm_word", unit: "1" },
];

/** What a TUF-2000 serves. */
export const TUF_REGISTERS: readonly TownRegister[] = [FORWARD, REVERSE, FLOW];

/** What a gas meter with temperature and pressure correction serves; its flow travels per second, the channel is per hour. */
export const GAS_REGISTERS: readonly TownRegister[] = [
  { name: "vb_total", quantity: "vb_total", unit: "Sm3", resolution: GAS_COUNT_SM3 },
  { name: "flow", quantity: "flow", unit: "Sm3/h" },
  { name: "temperature", quantity: "temperature", unit: "Cel" },
  { name: "pressure", quantity: "pressure", unit: "kPa" },
];

/** The same registers as OPC UA nodes below a meter's node. */
export function asNodes(registers: readonly TownRegister[], meterNodeId: string): readonly TownRegister[] {
  return registers.map((register) => ({ ...register, nodeId: `${meterNodeId}.${register.name}` }));
}
