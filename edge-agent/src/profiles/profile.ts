import { isRegister, Quantity, Unit } from "@nightflow/domain";
import { z } from "zod";

/** Number formats of Modbus registers, and how many 16-bit words each takes. */
export const WORDS_OF_TYPE = {
  uint16: 1,
  int16: 1,
  uint32: 2,
  int32: 2,
  float32: 2,
  uint64: 4,
  int64: 4,
  float64: 4,
} as const;
const PartType = z.enum(["uint16", "int16", "uint32", "int32", "float32", "uint64", "int64", "float64"]);
export type PartType = z.infer<typeof PartType>;

const WordText = z
  .string()
  .regex(/^[0-9A-F]{4}( [0-9A-F]{4})*$/, "must be words of four hex digits, such as 40FE 240C");

/** One number inside a meter. */
export const RegisterPart = z.strictObject({
  address: z.int().min(0).max(105_536).meta({ description: "As the manual counts; `addressBase` is taken off." }),
  type: PartType,
  order: z.enum(["ABCD", "CDAB", "BADC", "DCBA"]).default("ABCD").meta({
    description: "ABCD high word first, CDAB low word first, BADC and DCBA the same with swapped bytes.",
  }),
  sentinels: z.array(WordText).default([]).meta({ description: "Words that mean: no value." }),
});
export type RegisterPart = z.infer<typeof RegisterPart>;

/** How the parts of a register make its value. */
export const Composition = z.enum(["single", "intPlusFraction", "hundredsPlusRest"]);

/** Weight of each part by composition. */
export const PART_WEIGHTS = {
  single: [1],
  intPlusFraction: [1, 1],
  hundredsPlusRest: [100, 1],
} as const satisfies Record<z.infer<typeof Composition>, readonly number[]>;

/** A named register or gauge of a meter model. Its parts are always read in one request, so that they never tear. */
export const ProfileRegister = z
  .strictObject({
    quantity: Quantity,
    functionCode: z.union([z.literal(3), z.literal(4)]),
    unit: Unit,
    scale: z.number().positive().default(1).meta({ description: "Composed number × scale = value in `unit`." }),
    resolution: z.number().positive().optional().meta({ description: "Size of one count, in `unit`. Totals only." }),
    composition: Composition.default("single"),
    parts: z.array(RegisterPart).min(1).max(2),
  })
  .superRefine((register, context) => {
    const fault = (message: string) => context.addIssue({ code: "custom", message });
    if (register.parts.length !== PART_WEIGHTS[register.composition].length)
      fault(`${register.composition} takes ${PART_WEIGHTS[register.composition].length} part(s)`);
    if (isRegister(register.quantity) !== (register.resolution !== undefined))
      fault("a total needs a resolution, a gauge has none");
  });
export type ProfileRegister = z.infer<typeof ProfileRegister>;

/** What the meter sent once, and what its dial showed then. */
export const ProfileVector = z.strictObject({
  register: z.string(),
  words: z.array(WordText).min(1).max(2).meta({ description: "The words of each part, in bus order." }),
  value: z.number(),
  unit: Unit,
  verified: z.boolean().meta({ description: "False where words were computed and not captured." }),
  source: z.string().min(1),
});
export type ProfileVector = z.infer<typeof ProfileVector>;

/** All that the agent knows of a meter model: data that carries its own proof. */
export const MeterProfile = z
  .strictObject({
    name: z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/),
    model: z.string().min(1),
    source: z.strictObject({ document: z.string().min(1), pages: z.string().min(1), reference: z.string().min(1) }),
    notes: z.string().optional(),
    addressBase: z.int().min(0).max(40_001).meta({ description: "The manual's number of the first PDU address." }),
    maxWordsPerRequest: z.int().min(1).max(125).default(125),
    maxHoleWords: z.int().min(0).max(124).default(0).meta({
      description: "Unnamed words between two registers that one request may read over. 0: none.",
    }),
    registers: z.record(z.string().regex(/^[A-Za-z0-9_.:-]{1,64}$/), ProfileRegister),
    vectors: z.array(ProfileVector),
  })
  .superRefine((profile, context) => {
    const fault = (message: string) => context.addIssue({ code: "custom", message });
    for (const [name, register] of Object.entries(profile.registers)) {
      const span = spanOf(register, profile.addressBase);
      if (span.start < 0 || span.end > 65_536) fault(`${name} lies outside the address space`);
      if (span.end - span.start > profile.maxWordsPerRequest) fault(`${name} does not fit into one request`);
      if (!profile.vectors.some((vector) => vector.register === name)) fault(`${name} has no vector`);
    }
    for (const vector of profile.vectors)
      if (profile.registers[vector.register] === undefined) fault(`vector of unknown register ${vector.register}`);
  });
export type MeterProfile = z.infer<typeof MeterProfile>;

/** The PDU addresses that a register takes, end exclusive. */
export function spanOf(register: ProfileRegister, addressBase: number): { start: number; end: number } {
  const starts = register.parts.map((part) => part.address - addressBase);
  const ends = register.parts.map((part) => part.address - addressBase + WORDS_OF_TYPE[part.type]);
  return { start: Math.min(...starts), end: Math.max(...ends) };
}
