import { z } from "zod";
import { ModbusProfile } from "./profiles/modbus-profile.ts";

/**
 * All that is known of a meter model, by the protocol that it speaks. It is data: the agent reads by it, the platform
 * checks and edits it, and remote configuration carries it.
 */
export const MeterProfile = z.discriminatedUnion("protocol", [ModbusProfile]);
export type MeterProfile = z.infer<typeof MeterProfile>;
export type ProfileProtocol = MeterProfile["protocol"];
