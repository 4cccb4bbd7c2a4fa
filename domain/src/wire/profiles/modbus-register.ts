import { z } from "zod";
import { isRegister, Quantity, Unit } from "../../units.ts";
import { RegisterPart } from "./modbus-part.ts";
import { StatusWord } from "./profile-head.ts";

/** How the parts of a register make its value. */
export const Composition = z.enum(["single", "intPlusFraction", "hundredsPlusRest", "weightedSum"]);

/** Weight of each part by composition; a `weightedSum` says them itself. */
export const PART_WEIGHTS = {
  single: [1],
  intPlusFraction: [1, 1],
  hundredsPlusRest: [100, 1],
  weightedSum: undefined,
} as const satisfies Record<z.infer<typeof Composition>, readonly number[] | undefined>;

/** A register that says whether another one is negative. */
export const SignRegister = z.strictObject({
  part: RegisterPart,
  negative: z.array(z.int()).min(1).max(20).meta({ description: "Values that mean minus." }),
  positive: z.array(z.int()).max(20).optional().meta({
    description: "Values that mean plus; any third value then makes the reading missing.",
  }),
});

/** A register that says in which unit another one counts. */
export const UnitCodeRegister = z.strictObject({
  part: RegisterPart,
  factors: z.record(z.string().regex(/^\d{1,10}$/), z.number().positive()).meta({
    description:
      "Unit code → what the value is multiplied by to be in `unit`. An unknown code makes the reading missing.",
  }),
});

/** A register that holds a power of ten. */
export const ExponentRegister = z.strictObject({
  part: RegisterPart,
  add: z.int().min(-20).max(20).default(0).meta({ description: "Added to what the register says." }),
  min: z.int().min(-20).max(20).default(-9).meta({ description: "A smaller exponent makes the reading missing." }),
  max: z.int().min(-20).max(20).default(9).meta({ description: "A larger exponent makes the reading missing." }),
});

/** A named register or gauge of a meter model. All that makes its value is read in one request, so that it never tears. */
export const ProfileRegister = z
  .strictObject({
    quantity: Quantity,
    functionCode: z.union([z.literal(1), z.literal(2), z.literal(3), z.literal(4)]).meta({
      description: "1 coils, 2 discrete inputs, 3 holding registers, 4 input registers.",
    }),
    registerBits: z
      .union([z.literal(16), z.literal(32)])
      .default(16)
      .meta({
        description: "32: an Enron register; one address and one of the quantity asked for are 32 bits.",
      }),
    unit: Unit,
    scale: z
      .number()
      .positive()
      .default(1)
      .meta({ description: "Composed number × scale + offset = value in `unit`." }),
    offset: z.number().default(0).meta({ description: "In `unit`; of a pulse counter the dial when it stood at 0." }),
    resolution: z.number().positive().optional().meta({ description: "Size of one count, in `unit`. Totals only." }),
    composition: Composition.default("single"),
    parts: z.array(RegisterPart).min(1).max(4),
    sign: SignRegister.optional(),
    unitCode: UnitCodeRegister.optional(),
    exponent: ExponentRegister.optional(),
    status: StatusWord.optional().meta({ description: "What an `alarm_word` means." }),
    group: z
      .string()
      .regex(/^[a-z0-9-]{1,32}$/)
      .optional()
      .meta({
        description: "Poll group of the profile; without one it is read at the unit's own period.",
      }),
    notes: z.string().optional().meta({ description: "What is not certain about this row, and what to check." }),
  })
  .superRefine((register, context) => {
    for (const message of faultsOfRegister(register)) context.addIssue({ code: "custom", message });
  });
export type ProfileRegister = z.infer<typeof ProfileRegister>;

/** Every part that a register is made of, in the order in which its words are given: parts, sign, unit code, exponent. */
export function partsOf(register: ProfileRegister): RegisterPart[] {
  const { parts, sign, unitCode, exponent } = register;
  return [...parts, ...[sign, unitCode, exponent].flatMap((more) => (more === undefined ? [] : [more.part]))];
}

function faultsOfRegister(register: ProfileRegister): string[] {
  const { composition, parts, quantity, functionCode, registerBits } = register;
  const weights: readonly number[] | undefined = PART_WEIGHTS[composition];
  const faults: string[] = [];
  if (weights !== undefined && parts.length !== weights.length)
    faults.push(`${composition} takes ${weights.length} part(s)`);
  if (weights === undefined && parts.some((part) => part.weight === undefined))
    faults.push(`each part of a ${composition} needs a weight`);
  if (weights !== undefined && parts.some((part) => part.weight !== undefined))
    faults.push(`${composition} knows its weights; leave weight out`);
  if (isRegister(quantity) !== (register.resolution !== undefined))
    faults.push("a total needs a resolution, a gauge has none");
  if (quantity !== "alarm_word" && register.status !== undefined) faults.push("only an alarm_word has a status");
  if (partsOf(register).some((part) => part.type === "string"))
    faults.push("a string is no reading; put it under identity");
  if (functionCode <= 2 && partsOf(register).some((part) => part.type !== "bit"))
    faults.push("coils and discrete inputs are bits");
  if (
    registerBits === 32 &&
    (functionCode <= 2 || partsOf(register).some((part) => ENRON_TYPES.has(part.type) === false))
  )
    faults.push("an Enron register is a 32-bit number of function code 3 or 4");
  return faults;
}

const ENRON_TYPES: ReadonlySet<string> = new Set(["uint32", "int32", "float32", "bcd32"]);
