import { z } from "zod";
import { Bus } from "./buses/bus.ts";
import { decodeVersioned } from "./json.ts";
import { ProbeLine, ProbeSettings } from "./probe.ts";
import { Id } from "./text.ts";

/** More meters than this are not named in one command. */
export const MAX_COMMAND_METERS = 500;
/** More readings than this do not come back in one reply; what is left out is in the store all the same. */
export const MAX_REPLY_READINGS = 5000;

const meters = z.array(Id).min(1).max(MAX_COMMAND_METERS);
const target = {
  bus: Id.optional().meta({ description: "A bus of the agent; without `meters` all meters of it." }),
  meters: meters.optional().meta({ description: "Meters of the agent." }),
};

/** What a valve should do. */
export const ValvePosition = z.enum(["open", "closed"]);
export type ValvePosition = z.infer<typeof ValvePosition>;

/** Reads meters at once, out of their turn. The readings are stored like any others, and come back with the reply. */
export const ReadNowOrder = z.strictObject({ kind: z.literal("read-now"), ...target });
/** Ends the quarantine of meters: they are asked at once. Without bus and meters, all of the agent. */
export const RetryOrder = z.strictObject({ kind: z.literal("retry"), ...target });
/** Turns the valve of one meter. */
export const ValveOrder = z.strictObject({ kind: z.literal("valve"), meter: Id, position: ValvePosition });
/** Asks for readings that are missing: of each meter, from when to when. Where the meter keeps a log, that is read; else it is read now. */
export const ReReadOrder = z.strictObject({
  kind: z.literal("re-read"),
  wanted: z
    .array(z.strictObject({ meter: Id, fromMs: z.int(), toMs: z.int() }))
    .min(1)
    .max(MAX_COMMAND_METERS),
});
/** Reads a bus that is configured nowhere, once; its readings come back with the reply and are not stored. */
export const TestReadOrder = z.strictObject({
  kind: z.literal("test-read"),
  busConfig: Bus.meta({ description: "One bus with its meters; channel ids are free." }),
  channels: z
    .array(z.unknown())
    .max(200)
    .default([])
    .meta({ description: "Descriptions of the channels that it feeds." }),
  profiles: z
    .record(z.string(), z.unknown())
    .optional()
    .meta({ description: "Profiles by name, that the agent has not." }),
});
/** Looks which units answer on a line, shows a block of registers in every decoding, or judges a meter by its profile. */
export const ProbeOrder = z
  .strictObject({
    kind: z.literal("probe"),
    bus: Id.optional().meta({ description: "A bus of the agent; its polls go on." }),
    line: ProbeLine.optional().meta({ description: "Or a line that no bus holds." }),
    options: ProbeSettings.prefault({}),
  })
  .refine(({ bus, line }) => (bus === undefined) !== (line === undefined), {
    message: "name a bus of the agent or a line, one of them",
  });
/** Decides about a certificate that an OPC UA server has shown. */
export const CertificateOrder = z.strictObject({
  kind: z.literal("certificate"),
  bus: Id,
  thumbprint: z.string().regex(/^[0-9A-Fa-f:]{40,95}$/, "must be the thumbprint that the agent shows"),
  decision: z.enum(["trust", "reject"]),
});

/** What an agent is asked to do. */
export const CommandOrder = z.discriminatedUnion("kind", [
  ReadNowOrder,
  RetryOrder,
  ValveOrder,
  ReReadOrder,
  TestReadOrder,
  ProbeOrder,
  CertificateOrder,
]);
export type CommandOrder = z.infer<typeof CommandOrder>;
export type CommandKind = CommandOrder["kind"];
export type OrderOf<Kind extends CommandKind> = Extract<CommandOrder, { kind: Kind }>;
/** Every kind of command. */
export const COMMAND_KINDS = CommandOrder.options.map((option) => option.shape.kind.value);

/**
 * On `…/command/{id}`, QoS 1, never retained. The time to live counts from its arrival: an agent needs no right clock to
 * leave a late command alone, for a broker keeps none for an agent that is away.
 */
export const Command = z.strictObject({
  v: z.literal(1),
  id: Id,
  ttlMs: z
    .int()
    .min(1000)
    .max(3_600_000)
    .meta({ description: "Begun later than this after its arrival, it is left.", unit: "ms" }),
  timeoutMs: z
    .int()
    .min(100)
    .max(3_600_000)
    .meta({ description: "Longest that carrying it out may take.", unit: "ms" }),
  by: z.string().max(200).meta({ description: "Who ordered it; for the agent's log." }),
  order: CommandOrder,
});
export type Command = z.infer<typeof Command>;

/** How a command ended at the agent. */
export const CommandOutcome = z.enum(["done", "failed", "expired", "refused"]);
export type CommandOutcome = z.infer<typeof CommandOutcome>;

/** On `…/command/{id}/reply`, QoS 1: what became of a command. One that comes again gets the same reply again. */
export const CommandReply = z.strictObject({
  v: z.literal(1),
  id: Id,
  at: z.int().meta({ description: "Business clock of the agent, epoch milliseconds." }),
  outcome: CommandOutcome,
  code: z.string().max(64).nullable().meta({ description: "Why not, as a word that does not change; null when done." }),
  message: z.string().max(1000).nullable(),
  tookMs: z.int().min(0),
  readings: z.array(z.unknown()).max(MAX_REPLY_READINGS).optional().meta({ description: "As in a batch." }),
  details: z.unknown().optional().meta({ description: "What the command found; 256 KiB at most." }),
});
export type CommandReply = z.infer<typeof CommandReply>;

/** The command in a payload. @throws {WireError} when it holds none. @throws {WireVersionError} when it is too new. */
export function decodeCommand(payload: Uint8Array | string): Command {
  return decodeVersioned(payload, { what: "command", newest: 1, schema: Command });
}

/** The payload of a command. */
export function encodeCommand(command: Omit<Command, "v">): string {
  return JSON.stringify({ v: 1, ...command });
}

/** The reply in a payload. @throws {WireError} when it holds none. @throws {WireVersionError} when it is too new. */
export function decodeCommandReply(payload: Uint8Array | string): CommandReply {
  return decodeVersioned(payload, { what: "command reply", newest: 1, schema: CommandReply });
}

/** The payload of a reply. */
export function encodeCommandReply(reply: Omit<CommandReply, "v">): string {
  return JSON.stringify({ v: 1, ...reply });
}
