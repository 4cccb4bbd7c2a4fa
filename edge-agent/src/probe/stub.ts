import {
  countsToValue,
  type MeterProfile,
  ModbusProfile,
  valueToCounts,
  wordsOfPart,
  wordsToText,
} from "@nightflow/domain";
import type { Dial, DialMatch } from "./dial.ts";

/** What a profile stub is made of. */
export interface StubInput {
  readonly name: string;
  readonly match: DialMatch;
  /** PDU address of the block's first word. */
  readonly from: number;
  readonly words: readonly number[];
  readonly dial: Dial;
  readonly functionCode: 3 | 4;
  readonly quantity: "forward_total" | "vb_total" | "vm_total";
  readonly unit: "m3" | "Sm3" | "L";
  /** What the manual calls the first PDU address; 0 where none was given. */
  readonly addressBase: number;
}

/**
 * A profile of one total, with the words that were captured and the dial of that moment as its proof. It passes the same
 * checks as every profile; the rest of the registers is for a person to add.
 */
export function profileStub(input: StubInput): MeterProfile {
  const { name, match, from, words, dial, addressBase } = input;
  const resolution = resolutionOf(match);
  return ModbusProfile.parse({
    protocol: "modbus",
    name,
    model: "to be filled in: maker and model",
    source: { document: "nightflow probe", pages: "captured at the meter", reference: "to be filled in: the manual" },
    notes: "Made by nightflow probe from one dial reading. Add the manual, the flow and the status word.",
    addressBase,
    registers: {
      total: {
        quantity: input.quantity,
        functionCode: input.functionCode,
        unit: input.unit,
        scale: match.scale,
        resolution,
        composition: match.composition,
        parts: match.parts.map(({ at, type, order }) => ({ address: from + at + addressBase, type, order })),
      },
    },
    vectors: [
      {
        register: "total",
        words: match.parts.map(({ at, type }) => wordsToText(words.slice(at, at + wordsOfPart({ type })))),
        value: countsToValue(valueToCounts(match.value, resolution), resolution),
        unit: input.unit,
        verified: true,
        source: `captured by nightflow probe; the dial showed ${dial.value}`,
      },
    ],
  });
}

/** Integers count by their scale; floats by the litre, which is as fine as totals are told. */
function resolutionOf({ parts, composition, scale }: DialMatch): number {
  const isInteger = composition === "single" && parts.every(({ type }) => !type.startsWith("float"));
  return isInteger ? Math.min(1, scale) : 0.001;
}
