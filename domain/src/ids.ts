import { z } from "zod";

/** Every id that may travel on a topic, in a tag or in a file name: letters, digits, `_.:-`, 1 to 64 characters. */
export const ID_PATTERN = /^[A-Za-z0-9_.:-]{1,64}$/;

const id = <Name extends string>(name: Name) =>
  z.string().regex(ID_PATTERN, `${name} must be 1 to 64 characters of A-Z a-z 0-9 _ . : -`).brand<Name>();

/** A place where agents stand (a town, a plant); the third level of every topic. */
export const SiteId = id("SiteId");
export type SiteId = z.infer<typeof SiteId>;

/** One edge agent. */
export const AgentId = id("AgentId");
export type AgentId = z.infer<typeof AgentId>;

/** The device that measures; it may be exchanged while its service point stays. */
export const MeterId = id("MeterId");
export type MeterId = z.infer<typeof MeterId>;

/** One register or gauge of one meter, at one resolution. */
export const ChannelId = id("ChannelId");
export type ChannelId = z.infer<typeof ChannelId>;

/** The place supplied. */
export const ServicePointId = id("ServicePointId");
export type ServicePointId = z.infer<typeof ServicePointId>;

/** Who pays. */
export const AccountId = id("AccountId");
export type AccountId = z.infer<typeof AccountId>;

/** A district metered area. */
export const DmaId = id("DmaId");
export type DmaId = z.infer<typeof DmaId>;

/** Random id of one life of an outbox; `seq` counts within it. */
export const Epoch = id("Epoch");
export type Epoch = z.infer<typeof Epoch>;

/** True when `text` may serve as any of the ids above; cheap enough for every reading. */
export function isId(text: unknown): text is string {
  return typeof text === "string" && ID_PATTERN.test(text);
}
