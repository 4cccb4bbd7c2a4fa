import { z } from "zod";
import { Unit } from "../../units.ts";
import { faultsOfCommand, ProfileCommand } from "./modbus-command.ts";
import { RegisterPart, WordText, wordsOfPart } from "./modbus-part.ts";
import { type ProfileRegister, ProfileRegister as ProfileRegisterSchema, partsOf } from "./modbus-register.ts";
import { ProfileName, ProfileSource } from "./profile-head.ts";

/** What the meter sent once, and what its dial showed then. */
export const ProfileVector = z.strictObject({
  register: z.string(),
  words: z.array(WordText).min(1).max(7).meta({
    description: "The words of each part in bus order: parts, then sign, unit code and exponent where there are any.",
  }),
  value: z.number(),
  unit: Unit,
  verified: z.boolean().meta({ description: "False where words were computed and not captured." }),
  source: z.string().min(1),
});
export type ProfileVector = z.infer<typeof ProfileVector>;

/** A register that says which model answers; no reading. */
export const IdentityRegister = z.strictObject({
  functionCode: z.union([z.literal(3), z.literal(4)]),
  part: RegisterPart,
  expect: z.union([z.number(), z.string()]).optional().meta({ description: "What a meter of this model answers." }),
});
export type IdentityRegister = z.infer<typeof IdentityRegister>;

/** A number from which a manual counts, or `modicon`: 1, 10001, 30001 and 40001 (or 000001 to 400001) by the address itself. */
export const AddressBase = z.union([z.int().min(0).max(400_001), z.literal("modicon")]);

/** A meter model on Modbus: data that carries its own proof. */
export const ModbusProfile = z
  .strictObject({
    protocol: z.literal("modbus").default("modbus"),
    name: ProfileName,
    model: z.string().min(1),
    source: ProfileSource,
    notes: z.string().optional(),
    addressBase: AddressBase.meta({ description: "The manual's number of the first PDU address, or `modicon`." }),
    maxWordsPerRequest: z.int().min(1).max(125).default(125).meta({
      description: "Longest read that the meter answers; of 32-bit registers each takes two.",
    }),
    maxBitsPerRequest: z.int().min(1).max(2000).default(2000),
    maxHoleWords: z.int().min(0).max(124).default(0).meta({
      description: "Unnamed words (or bits) between two registers that one request may read over. 0: none.",
    }),
    groups: z
      .record(
        z.string().regex(/^[a-z0-9-]{1,32}$/),
        z.strictObject({
          periodS: z.int().min(1).max(86_400).meta({ description: "Time between two polls of the group.", unit: "s" }),
        }),
      )
      .default({})
      .meta({ description: "Registers that are read at another period than the unit's." }),
    registers: z.record(z.string().regex(/^[A-Za-z0-9_.:-]{1,64}$/), ProfileRegisterSchema),
    identity: z.record(z.string().regex(/^[A-Za-z0-9_.:-]{1,64}$/), IdentityRegister).default({}),
    commands: z
      .record(z.string().regex(/^[a-z0-9_]{1,64}$/), ProfileCommand)
      .default({})
      .meta({ description: "What can be ordered by name, such as `valve_open` and `valve_close`." }),
    vectors: z.array(ProfileVector).max(500),
  })
  .superRefine((profile, context) => {
    for (const { path, message } of faultsOfProfile(profile)) context.addIssue({ code: "custom", path, message });
  });
export type ModbusProfile = z.infer<typeof ModbusProfile>;

/** The addresses that a register takes on the wire, end exclusive: words, bits of coils, or 32-bit registers of Enron. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

type Addressed = Pick<ModbusProfile, "addressBase">;

/** The address on the wire (PDU, from 0) of a number in the manual. */
export function pduAddress(profile: Addressed, address: number): number {
  if (profile.addressBase !== "modicon") return address - profile.addressBase;
  const decade = address >= 100_000 ? 100_000 : 10_000;
  return address - Math.floor(address / decade) * decade - 1;
}

/** How many addresses a part takes: words, or one for a coil and for a 32-bit register of Enron. */
export function addressesOf(
  register: Pick<ProfileRegister, "functionCode" | "registerBits">,
  part: RegisterPart,
): number {
  return register.functionCode <= 2 || register.registerBits === 32 ? 1 : wordsOfPart(part);
}

/** The addresses that a register takes. */
export function spanOf(profile: Addressed, register: ProfileRegister): Span {
  const spans = partsOf(register).map((part) => {
    const start = pduAddress(profile, part.address);
    return { start, end: start + addressesOf(register, part) };
  });
  return { start: Math.min(...spans.map(({ start }) => start)), end: Math.max(...spans.map(({ end }) => end)) };
}

/** The longest request for registers like this one, in addresses. */
export function maxAddresses(
  profile: Pick<ModbusProfile, "maxWordsPerRequest" | "maxBitsPerRequest">,
  register: Pick<ProfileRegister, "functionCode" | "registerBits">,
): number {
  if (register.functionCode <= 2) return profile.maxBitsPerRequest;
  return register.registerBits === 32 ? Math.floor(profile.maxWordsPerRequest / 2) : profile.maxWordsPerRequest;
}

interface Fault {
  readonly path: string[];
  readonly message: string;
}

function faultsOfProfile(profile: ModbusProfile): Fault[] {
  const faults: Fault[] = Object.entries(profile.registers).flatMap(([name, register]) =>
    faultsInProfile(profile, name, register).map((message) => ({ path: ["registers", name], message })),
  );
  const onTheWire = (address: number) => pduAddress(profile, address);
  for (const [name, command] of Object.entries(profile.commands))
    faults.push(...faultsOfCommand(name, command, onTheWire).map((message) => ({ path: ["commands", name], message })));
  profile.vectors.forEach((vector, at) => {
    const register = profile.registers[vector.register];
    const path = ["vectors", String(at)];
    if (register === undefined) faults.push({ path, message: `vector of unknown register ${vector.register}` });
    else if (vector.words.length !== partsOf(register).length)
      faults.push({
        path,
        message: `${vector.register} has ${partsOf(register).length} part(s), the vector ${vector.words.length}`,
      });
  });
  return faults;
}

function faultsInProfile(profile: ModbusProfile, name: string, register: ProfileRegister): string[] {
  const faults: string[] = [];
  const span = spanOf(profile, register);
  if (span.start < 0 || span.end > 65_536) faults.push(`${name} lies outside the address space; check addressBase`);
  if (span.end - span.start > maxAddresses(profile, register)) faults.push(`${name} does not fit into one request`);
  const hole = widestHole(profile, register);
  if (hole > profile.maxHoleWords)
    faults.push(`${name} is read over a hole of ${hole}; allow it by maxHoleWords if the meter does`);
  if (register.group !== undefined && profile.groups[register.group] === undefined)
    faults.push(
      `${name} is in group ${register.group}, which groups does not describe: describe it there, or leave group out`,
    );
  if (!profile.vectors.some((vector) => vector.register === name))
    faults.push(
      `${name} has no vector: add words that a meter sent and what its dial showed (verified: false where they are computed)`,
    );
  return faults;
}

function widestHole(profile: Addressed, register: ProfileRegister): number {
  const starts = partsOf(register)
    .map((part) => ({ start: pduAddress(profile, part.address), length: addressesOf(register, part) }))
    .sort((a, b) => a.start - b.start);
  let widest = 0;
  let end = starts[0]?.start ?? 0;
  for (const { start, length } of starts) {
    widest = Math.max(widest, start - end);
    end = Math.max(end, start + length);
  }
  return widest;
}
