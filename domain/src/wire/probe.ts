import { z } from "zod";
import { ModbusFraming } from "./buses/modbus-tcp.ts";
import { SerialTransport, TcpTransport } from "./buses/transport.ts";
import { PartType } from "./profiles/modbus-part.ts";
import { Id } from "./text.ts";

/** Most registers that a probe reads at once: as many as one Modbus answer holds. */
export const MAX_PROBE_WORDS = 125;
/** Most bytes of what a probe found, as JSON. */
export const MAX_PROBE_BYTES = 256 * 1024;

const UnitId = z.int().min(0).max(255);
const Address = z.int().min(0).max(65_535);
const Order = z.string().max(8).meta({ description: "Bytes in the order in which they travel, such as CDAB." });

/** A line that a probe opens for itself. */
export const ProbeLine = z.strictObject({
  transport: z.discriminatedUnion("kind", [TcpTransport, SerialTransport]),
  framing: ModbusFraming.default("tcp"),
});
export type ProbeLine = z.infer<typeof ProbeLine>;

/** A block of registers: function code 3 or 4, addresses from 0 as they go over the wire. */
export const ProbeBlock = z
  .strictObject({ functionCode: z.union([z.literal(3), z.literal(4)]), from: Address, to: Address })
  .refine(({ from, to }) => from <= to && to - from < MAX_PROBE_WORDS, {
    message: `must be 1 to ${MAX_PROBE_WORDS} registers, the first address before the last`,
  });
export type ProbeBlock = z.infer<typeof ProbeBlock>;

const DialText = z.string().regex(/^-?\d{1,15}([.,]\d{1,9})?$/, "must be what the dial shows, such as 1234.5");

/** Words of a block that follow each other without a hole. */
const WordRun = z.strictObject({ from: Address, words: z.string().meta({ description: "Hexadecimal." }) });

/** The same block at an earlier time, with what the dial showed then. */
export const EarlierReading = z.strictObject({
  dial: DialText,
  runs: z
    .array(
      WordRun.extend({
        words: z
          .string()
          .regex(/^[0-9A-Fa-f]{4}( [0-9A-Fa-f]{4})*$/, "must be words of four hex digits, such as 1234 0000")
          .max(MAX_PROBE_WORDS * 5)
          .meta({ description: "Hexadecimal." }),
      }),
    )
    .min(1)
    .max(MAX_PROBE_WORDS),
});
export type EarlierReading = z.infer<typeof EarlierReading>;

/** What a probe looks at: without `read` and `profile`, which of the units answer. */
export const ProbeSettings = z
  .strictObject({
    units: z
      .array(UnitId)
      .min(1)
      .max(256)
      .default(() => Array.from({ length: 32 }, (_, at) => at + 1)),
    timeoutMs: z.int().min(10).max(60_000).default(500).meta({ description: "Wait for one answer.", unit: "ms" }),
    read: ProbeBlock.optional().meta({ description: "Shows this block of the one unit in every decoding." }),
    dial: DialText.optional().meta({ description: "What the dial shows at this moment, with all its digits." }),
    earlier: EarlierReading.optional().meta({
      description: "Only what gave the earlier dial too counts as a match: few digits twice prove more than once.",
    }),
    manualAddress: z.int().min(0).max(465_536).optional().meta({
      description: "How the manual numbers the total; tells its address base.",
    }),
    profile: z
      .union([Id, z.record(z.string(), z.unknown())])
      .optional()
      .meta({ description: "Reads the one unit three times by this profile (a name, or the profile) and judges it." }),
    everyS: z.int().min(0).max(120).default(10).meta({ description: "Between the three readings.", unit: "s" }),
    q3M3h: z.number().positive().max(1e6).optional().meta({ description: "Q3 of the type plate.", unit: "m3/h" }),
    nominalDiameterMm: z.number().positive().max(5000).optional().meta({ unit: "mm" }),
    isGas: z.boolean().default(false),
  })
  .refine(({ read, profile }) => read === undefined || profile === undefined, {
    message: "name a block to read or a profile, not both",
  })
  .refine(({ read, dial, earlier }) => earlier === undefined || (read !== undefined && dial !== undefined), {
    message: "an earlier reading is compared with a block and what the dial shows now: give both",
    path: ["earlier"],
  })
  .refine(({ units, read, profile }) => units.length === 1 || (read === undefined && profile === undefined), {
    message: "a block or a profile is read of one unit: name that one",
    path: ["units"],
  });
export type ProbeSettings = z.infer<typeof ProbeSettings>;

/** A unit that answered; a refusal is an answer too. */
export const ProbedUnit = z.strictObject({
  unitId: UnitId,
  latencyMs: z.number().min(0).meta({ unit: "ms" }),
  exception: z.string().nullable().meta({ description: "The text of its refusal; null where it gave words." }),
  profiles: z.array(Id).meta({ description: "Profiles whose identity registers it answers as they say." }),
});
export type ProbedUnit = z.infer<typeof ProbedUnit>;

const Part = z.strictObject({ address: Address, type: PartType, order: Order });

/** One way to read the words at an address. */
export const ProbedDecoding = Part.extend({
  value: z.number(),
  isOdd: z.literal(true).optional().meta({ description: "No meter shows such a number." }),
  scale: z.number().optional().meta({ description: "The number × scale is what the dial shows." }),
});
export type ProbedDecoding = z.infer<typeof ProbedDecoding>;

/** A way to read the block that gives what the dial shows. */
export const ProbedMatch = z.strictObject({
  score: z.number().meta({ description: "0 to 1; above 0.9 all digits of the dial are there in a usual format." }),
  composition: z.enum(["single", "intPlusFraction", "hundredsPlusRest"]),
  scale: z.number(),
  value: z.number(),
  parts: z.array(Part).min(1).max(2),
  reasons: z.array(z.string()),
  profile: z.record(z.string(), z.unknown()).nullable().meta({ description: "A profile of this one register." }),
});
export type ProbedMatch = z.infer<typeof ProbedMatch>;

/** Which units answer. */
export const ProbedUnits = z.strictObject({
  mode: z.literal("scan"),
  asked: z.array(UnitId),
  notAsked: z.array(UnitId).meta({ description: "Time was over before their turn: ask these once more." }),
  units: z.array(ProbedUnit),
});
export type ProbedUnits = z.infer<typeof ProbedUnits>;

/** A block in every decoding. */
export const ProbedBlock = z.strictObject({
  mode: z.literal("read"),
  unitId: UnitId,
  read: ProbeBlock,
  runs: z.array(WordRun),
  refused: z
    .array(z.tuple([Address, Address]))
    .meta({ description: "First and last address of what the unit has not." }),
  fault: z.string().nullable().meta({ description: "The last refusal or fault." }),
  decodings: z.array(ProbedDecoding),
  leftOut: z.int().min(0).meta({ description: "Decodings that found no room; the odd ones first." }),
  orders: z
    .array(z.strictObject({ order: Order, plausible: z.int(), odd: z.int() }))
    .nullable()
    .meta({
      description: "Orders of words by how many singles a meter may show, best first; null: the words do not tell.",
    }),
  matches: z.array(ProbedMatch).meta({ description: "What gives the dial, the surest first." }),
  isDoubtful: z.boolean().meta({ description: "The dial has so few digits that chance alone may give it." }),
  addressBase: z.int().nullable().meta({ description: "Number from which the manual counts, by `manualAddress`." }),
});
export type ProbedBlock = z.infer<typeof ProbedBlock>;

/** Three readings of a meter by its profile, judged. */
export const ProbedMeter = z.strictObject({
  mode: z.literal("meter"),
  unitId: UnitId,
  profile: Id,
  readings: z.array(
    z.array(
      z.strictObject({
        name: z.string(),
        unit: z.string(),
        value: z.number().nullable(),
        fault: z.string().nullable(),
      }),
    ),
  ),
  findings: z.array(
    z.strictObject({ code: z.string(), severity: z.enum(["fault", "doubt", "good"]), text: z.string() }),
  ),
});
export type ProbedMeter = z.infer<typeof ProbedMeter>;

/** What a probe found; details of its reply. */
export const ProbeFound = z.discriminatedUnion("mode", [ProbedUnits, ProbedBlock, ProbedMeter]);
export type ProbeFound = z.infer<typeof ProbeFound>;

/** The unit ids in `1-32,40`; null where the text is no such list. */
export function unitIdsIn(text: string): number[] | null {
  const ids: number[] = [];
  for (const piece of text.split(",")) {
    const match = /^(\d{1,3})(?:-(\d{1,3}))?$/.exec(piece.trim());
    const [first, last] = [Number(match?.[1]), Number(match?.[2] ?? match?.[1])];
    if (match === null || first > last || last > 255) return null;
    for (let id = first; id <= last; id++) ids.push(id);
  }
  return [...new Set(ids)];
}
