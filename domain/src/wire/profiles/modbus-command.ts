import { z } from "zod";
import { RegisterPart, wordsOfPart } from "./modbus-part.ts";

/** Where one sees that a meter has done what it was told, when that is another register than the one that is written. */
export const ProfileConfirm = z.strictObject({
  functionCode: z.union([z.literal(1), z.literal(2), z.literal(3), z.literal(4)]).meta({
    description: "1 coils, 2 discrete inputs, 3 holding registers, 4 input registers.",
  }),
  part: RegisterPart.meta({
    description: "The number that tells, such as a position, or bits of a status word; `address` as the manual counts.",
  }),
  value: z.number().meta({ description: "What it shows when it is done, as it stands in the register." }),
  tolerance: z.number().min(0).default(0).meta({
    description: "How far it may be off, for positions that never come to rest exactly.",
  }),
  withinS: z.int().min(1).max(170).default(45).meta({
    description: "Looked at every second for so long; then the command has failed.",
    unit: "s",
  }),
});
export type ProfileConfirm = z.infer<typeof ProfileConfirm>;

/** What is written to a meter of this model to make it do something. */
export const ProfileCommand = z.strictObject({
  functionCode: z.union([z.literal(5), z.literal(6), z.literal(15), z.literal(16)]),
  address: z.int().min(0).max(465_536).meta({ description: "As the manual counts." }),
  values: z.array(z.int().min(0).max(0xffff)).min(1).max(120).meta({ description: "Words, or 0 and 1 of coils." }),
  verify: z.boolean().default(false).meta({
    description: "Read back what was written, and compare. Not for registers that fall back by themselves.",
  }),
  confirm: ProfileConfirm.optional().meta({
    description: "Another register that says whether it has really happened, such as the valve's position.",
  }),
  notes: z.string().optional(),
});
export type ProfileCommand = z.infer<typeof ProfileCommand>;

/** What is wrong with a command beyond its shape. `onTheWire` gives the address from 0 of a number in the manual. */
export function faultsOfCommand(
  name: string,
  command: ProfileCommand,
  onTheWire: (address: number) => number,
): string[] {
  const { functionCode, address, values, confirm } = command;
  const faults: string[] = [];
  if (!isInside(onTheWire(address), values.length))
    faults.push(`${name} lies outside the address space; check addressBase`);
  if (functionCode <= 6 && values.length > 1)
    faults.push(
      `${name} writes ${values.length} values by function ${functionCode}, which takes one: use ${functionCode + 10}`,
    );
  const isCoils = functionCode === 5 || functionCode === 15;
  if (isCoils && values.some((value) => value > 1))
    faults.push(`${name} sets coils, which are 0 or 1: write 1 where the manual says FF00`);
  return confirm === undefined ? faults : [...faults, ...faultsOfConfirm(`confirm of ${name}`, confirm, onTheWire)];
}

function faultsOfConfirm(
  where: string,
  { functionCode, part, value }: ProfileConfirm,
  onTheWire: (address: number) => number,
): string[] {
  const faults: string[] = [];
  if (!isInside(onTheWire(part.address), wordsOfPart(part)))
    faults.push(`${where} lies outside the address space; check addressBase`);
  if (part.type === "string") faults.push(`${where} is a string: give a number that tells it`);
  if (functionCode <= 2 && part.type !== "bit") faults.push(`${where} reads a coil or discrete input: its type is bit`);
  if (part.weight !== undefined) faults.push(`${where} is one number: leave weight out`);
  if (part.type === "bit" && value !== 0 && value !== 1)
    faults.push(`${where} can never show ${value}: a bit is 0 or 1`);
  return faults;
}

function isInside(start: number, words: number): boolean {
  return start >= 0 && start + words <= 65_536;
}
