import { z } from "zod";

/** Number formats of Modbus registers, and how many 16-bit words each takes. `string` takes as many as its part says. */
export const WORDS_OF_TYPE = {
  bit: 1,
  bits: 1,
  uint8hi: 1,
  uint8lo: 1,
  int8hi: 1,
  int8lo: 1,
  uint16: 1,
  int16: 1,
  float16: 1,
  bcd16: 1,
  uint32: 2,
  int32: 2,
  float32: 2,
  bcd32: 2,
  uint48: 3,
  int48: 3,
  bcd48: 3,
  uint64: 4,
  int64: 4,
  float64: 4,
  bcd64: 4,
  string: 1,
} as const;
export const PART_TYPES = Object.keys(WORDS_OF_TYPE) as (keyof typeof WORDS_OF_TYPE)[];
export const PartType = z.enum(PART_TYPES);
export type PartType = z.infer<typeof PartType>;

/** Words as a profile writes them: four hex digits each, a space between. */
export const WordText = z
  .string()
  .regex(/^[0-9A-F]{4}( [0-9A-F]{4})*$/, "must be words of four hex digits, such as 40FE 240C");

const LETTERS = "ABCDEFGH";

/** Whether `order` names each byte of 2, 4, 6 or 8 once, such as `CDAB` or `GHEFCDAB`. */
export function isByteOrder(order: string): boolean {
  return order.length % 2 === 0 && [...order].sort().join("") === LETTERS.slice(0, order.length) && order.length > 0;
}

/** One number inside a meter. */
export const RegisterPart = z
  .strictObject({
    address: z.int().min(0).max(465_536).meta({
      description: "As the manual counts; the profile's `addressBase` says from what.",
    }),
    type: PartType,
    order: z
      .string()
      .refine(isByteOrder, "must name each byte once, A the highest, such as ABCD, CDAB or GHEFCDAB")
      .default("ABCD")
      .meta({
        description:
          "Bytes in the order in which they travel, A the highest. The four-letter forms stand for every width: ABCD high word first, CDAB low word first, BADC and DCBA the same with swapped bytes.",
      }),
    bit: z.int().min(0).max(15).optional().meta({ description: "Lowest bit of a `bit` or `bits`, 0 the lowest." }),
    width: z.int().min(1).max(16).optional().meta({ description: "How many bits a `bits` has." }),
    words: z.int().min(1).max(64).optional().meta({ description: "How many words a `string` has." }),
    sign: z.enum(["none", "firstNibble", "lastNibble"]).default("none").meta({
      description:
        "Where a BCD number keeps its sign. firstNibble: 0 plus, 8, D or F minus; lastNibble: C or F plus, B or D minus.",
    }),
    weight: z.number().optional().meta({ description: "What the part is multiplied by in a `weightedSum`." }),
    sentinels: z.array(WordText).max(20).default([]).meta({ description: "Words that mean: no value." }),
  })
  .superRefine((part, context) => {
    for (const message of faultsOfPart(part)) context.addIssue({ code: "custom", message });
  });
export type RegisterPart = z.infer<typeof RegisterPart>;

/** What the decoder needs of a part. */
export type PartFormat = Pick<RegisterPart, "type"> & Partial<Omit<RegisterPart, "type">>;

/** How many 16-bit words a part takes. */
export function wordsOfPart(part: PartFormat): number {
  return part.type === "string" ? (part.words ?? 1) : WORDS_OF_TYPE[part.type];
}

function faultsOfPart(part: PartFormat): string[] {
  const faults: string[] = [];
  const { type, order = "ABCD", bit = 0, width = 1 } = part;
  const bytes = wordsOfPart(part) * 2;
  if (order.length !== 4 && order.length !== bytes)
    faults.push(`order ${order} does not fit the ${bytes} bytes of ${type}`);
  if (type === "bits" && part.width === undefined) faults.push("bits need a width");
  if (type === "bits" && bit + width > 16) faults.push(`bits ${bit} to ${bit + width - 1} do not fit into one word`);
  if (type !== "bits" && part.width !== undefined) faults.push(`${type} has no width`);
  if (type !== "bit" && type !== "bits" && part.bit !== undefined) faults.push(`${type} has no bit`);
  if ((type === "string") !== (part.words !== undefined)) faults.push("a string, and nothing else, says its words");
  if (part.sign !== undefined && part.sign !== "none" && !type.startsWith("bcd"))
    faults.push("only BCD has a sign nibble");
  return faults;
}
