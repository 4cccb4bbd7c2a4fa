import { convert } from "../units.ts";
import type { PartType } from "../wire/profiles/modbus-part.ts";
import type { ProfileRegister } from "../wire/profiles/modbus-register.ts";
import type { Decoded, DecodeTarget } from "./decode-register.ts";

/** Decodes one register from the words of an answer, of which its own begin at `at`. */
export type QuickDecoder = (words: readonly number[], at: number) => Decoded;

const BUFFER = new DataView(new ArrayBuffer(4));

type Read = (words: readonly number[], at: number) => number;

const float32 = (high: number, low: number): number => {
  BUFFER.setUint16(0, high);
  BUFFER.setUint16(2, low);
  return BUFFER.getFloat32(0);
};

/** Word orders that leave the bytes of a word alone. */
const READERS: Readonly<Record<"ABCD" | "CDAB", Partial<Record<PartType, Read>>>> = {
  ABCD: {
    uint16: (words, at) => words[at] ?? Number.NaN,
    int16: (words, at) => ((words[at] ?? 0) << 16) >> 16,
    uint32: (words, at) => (words[at] ?? 0) * 65_536 + (words[at + 1] ?? 0),
    int32: (words, at) => ((words[at] ?? 0) << 16) | (words[at + 1] ?? 0),
    float32: (words, at) => float32(words[at] ?? 0, words[at + 1] ?? 0),
  },
  CDAB: {
    uint32: (words, at) => (words[at + 1] ?? 0) * 65_536 + (words[at] ?? 0),
    int32: (words, at) => ((words[at + 1] ?? 0) << 16) | (words[at] ?? 0),
    float32: (words, at) => float32(words[at + 1] ?? 0, words[at] ?? 0),
  },
};

const MISSING: Decoded = { missing: "not_a_number" };

/**
 * A decoder for one register that says what `decodeRegister` says, in a tenth of the time; undefined for registers that are
 * not plain: of several parts, with sentinels, with a sign, unit code or exponent beside them, BCD, 64 bits.
 */
export function quickDecoder(register: ProfileRegister, target: DecodeTarget): QuickDecoder | undefined {
  const [part, ...others] = register.parts;
  if (part === undefined || others.length > 0 || register.composition !== "single" || part.sentinels.length > 0)
    return undefined;
  if (register.sign ?? register.unitCode ?? register.exponent) return undefined;
  const { order = "ABCD" } = part;
  const read = order === "ABCD" || order === "CDAB" ? READERS[order][part.type] : undefined;
  if (read === undefined) return undefined;
  const unit = convert(1, register.unit, target.unit);
  return target.resolution === undefined
    ? gauge(read, register.scale * unit, register.offset * unit)
    : total(read, (register.scale * unit) / target.resolution, register);
}

function gauge(read: Read, perOne: number, offset: number): QuickDecoder {
  return (words, at) => {
    const value = read(words, at) * perOne + offset;
    return Number.isFinite(value) ? { value } : MISSING;
  };
}

/** Counts where the ratio is a whole number and nothing is added: one multiplication, which is exact. */
function total(read: Read, perCount: number, { offset, parts }: ProfileRegister): QuickDecoder | undefined {
  const ratio = Math.round(perCount);
  const isWhole = ratio >= 1 && Math.abs(perCount - ratio) < ratio * 1e-12;
  if (!isWhole || offset !== 0 || parts[0]?.type === "float32") return undefined;
  return (words, at) => {
    const counts = read(words, at) * ratio + 0;
    return Number.isSafeInteger(counts) ? { value: counts } : MISSING;
  };
}
