import { type Decoding, decodingsAt } from "./decodings.ts";

/** What a person read off the dial: its number, and the size of its last digit. */
export interface Dial {
  readonly value: number;
  readonly lastDigit: number;
}

/** A way to read words that gives what the dial shows. */
export interface DialMatch {
  readonly at: number;
  /** One part, or the whole and its fraction (or hundreds and rest) beside it. */
  readonly parts: readonly Decoding[];
  readonly composition: "single" | "intPlusFraction" | "hundredsPlusRest";
  /** The words × scale = the dial. */
  readonly scale: number;
  readonly value: number;
  /** 0 to 1; above 0.9 all digits of the dial are there in a usual format. */
  readonly score: number;
  readonly reasons: readonly string[];
}

/** A block that was read, and the dial at that moment. */
export interface DialReading {
  readonly words: readonly number[];
  readonly dial: Dial;
}

const SCALES = [1, 0.1, 0.01, 0.001, 0.0001, 0.00001, 0.000001, 10, 100, 1000] as const;

/** The number on a dial, such as `1234.5`; undefined where it is none. */
export function parseDial(text: string): Dial | undefined {
  const match = /^(-?\d{1,15})(?:[.,](\d{1,9}))?$/.exec(text.trim());
  if (match === null) return undefined;
  const decimals = match[2]?.length ?? 0;
  return { value: Number(text.trim().replace(",", ".")), lastDigit: Number(`1e-${decimals}`) };
}

/**
 * The ways to read a block that give what the dial shows, best first. With an earlier reading only those that gave the
 * earlier dial too.
 */
export function matchDial(reading: DialReading, earlier?: DialReading): DialMatch[] {
  const matches = reading.words.flatMap((_, at) => matchesAt(reading, at));
  const confirmed = earlier === undefined ? matches : matches.flatMap((match) => confirmedBy(match, earlier));
  return confirmed.sort((a, b) => b.score - a.score || a.at - b.at);
}

/** How many matches mere chance would give: many decodings are tried, and few digits prove little. */
export function chanceMatches(words: readonly number[], dial: Dial): number {
  const tried = words.flatMap((_, at) => decodingsAt(words, at)).length * SCALES.length;
  const steps = Math.max(1, Math.abs(dial.value) / dial.lastDigit);
  // Numbers of all sizes are about as frequent per decade; a dial of n steps is hit by 3 of n in its own decade of some 40.
  return (tried * 3) / (steps * 40);
}

function matchesAt(reading: DialReading, at: number): DialMatch[] {
  const { words, dial } = reading;
  const here = decodingsAt(words, at);
  const singles = here.flatMap((decoding) =>
    SCALES.flatMap((scale) => asMatch([decoding], "single", scale, Number(decoding.value) * scale, dial)),
  );
  return [...singles, ...pairsAt(words, here, dial)];
}

function pairsAt(words: readonly number[], here: readonly Decoding[], dial: Dial): DialMatch[] {
  const wholes = here.filter(({ type }) => type === "int32" || type === "uint32" || type === "float32");
  return wholes.flatMap((whole) =>
    decodingsAt(words, whole.at + 2)
      .filter(({ type, order }) => type === "float32" && order === whole.order)
      .flatMap((rest) => [
        ...(whole.type === "float32" || !isFraction(rest)
          ? []
          : asMatch([whole, rest], "intPlusFraction", 1, Number(whole.value) + Number(rest.value), dial)),
        ...(Number(rest.value) < 0 || Number(rest.value) >= 100
          ? []
          : asMatch([whole, rest], "hundredsPlusRest", 1, Number(whole.value) * 100 + Number(rest.value), dial)),
      ]),
  );
}

/** A fraction of nothing proves no pair: zeros beside an integer are everywhere. */
function isFraction({ value }: Decoding): boolean {
  const size = Math.abs(Number(value));
  return size >= 1e-6 && size < 1;
}

function asMatch(
  parts: readonly Decoding[],
  composition: DialMatch["composition"],
  scale: number,
  value: number,
  dial: Dial,
): DialMatch[] {
  const closeness = closenessOf(value, dial);
  const [first] = parts;
  if (closeness === 0 || first === undefined) return [];
  const { penalty, reasons } = oddities(parts, composition, scale);
  const score = Math.max(0.01, Math.round((closeness - penalty) * 1000) / 1000);
  const fit = closeness === 1 ? "all digits of the dial" : "near the dial, not all digits";
  return [{ at: first.at, parts, composition, scale, value, score, reasons: [fit, ...reasons] }];
}

/** 1 for all digits (the meter may have moved on by two of the last), 0.5 within a thousandth, else 0. */
function closenessOf(value: number, { value: dial, lastDigit }: Dial): 0 | 0.5 | 1 {
  if (!Number.isFinite(value) || dial === 0) return 0;
  const slack = Math.abs(value) * 1e-7;
  if (value >= dial - lastDigit - slack && value <= dial + 2 * lastDigit + slack) return 1;
  return Math.abs(value - dial) <= Math.abs(dial) * 1e-3 ? 0.5 : 0;
}

const PENALTY_OF_TYPE: Readonly<Record<string, number>> = {
  float16: 0.15,
  bcd16: 0.1,
  bcd48: 0.06,
  uint48: 0.08,
  bcd32: 0.04,
  bcd64: 0.04,
  uint16: 0.03,
  int16: 0.04,
  uint64: 0.02,
  int64: 0.01,
  uint32: 0.01,
};
const PENALTY_OF_ORDER: Readonly<Record<string, number>> = { BADC: 0.06, DCBA: 0.05, EFGHABCD: 0.07, CDABGHEF: 0.07 };

function oddities(parts: readonly Decoding[], composition: DialMatch["composition"], scale: number) {
  const reasons: string[] = [];
  let penalty = composition === "hundredsPlusRest" ? 0.03 : 0;
  for (const { type, order } of parts) penalty += (PENALTY_OF_TYPE[type] ?? 0) + (PENALTY_OF_ORDER[order] ?? 0);
  if (parts.some(({ order }) => PENALTY_OF_ORDER[order] !== undefined)) reasons.push("a rare order of bytes");
  if (scale !== 1) {
    penalty += 0.01 * Math.abs(Math.log10(scale)) + (scale > 1 ? 0.05 : 0);
    reasons.push(`with a scale of ${scale}`);
    if (parts.some(({ type }) => type.startsWith("float"))) penalty += 0.05;
  }
  if (composition !== "single")
    reasons.push(composition === "intPlusFraction" ? "a whole and its fraction" : "hundreds and the rest");
  return { penalty, reasons };
}

function confirmedBy(match: DialMatch, { words, dial }: DialReading): DialMatch[] {
  const same = matchesAt({ words, dial }, match.at).find((other) => isSameFormat(other, match));
  if (same === undefined) return [];
  const isExact = closenessOf(same.value, dial) === 1;
  const score = isExact ? Math.min(1, match.score + 0.02) : match.score * 0.7;
  const reason = isExact ? "the earlier dial too" : "the earlier dial only nearly";
  return [{ ...match, score: Math.round(score * 1000) / 1000, reasons: [...match.reasons, reason] }];
}

function isSameFormat(a: DialMatch, b: DialMatch): boolean {
  const format = ({ composition, scale, parts }: DialMatch) =>
    [composition, scale, ...parts.map(({ type, order }) => `${type} ${order}`)].join("|");
  return format(a) === format(b);
}

/** Numbers from which manuals count, with what they are called. */
const USUAL_BASES = [0, 1, 10_001, 30_001, 40_001, 300_001, 400_001];

/**
 * The number from which a manual counts that says `manualAddress` for what was found at `pduAddress`; null when no usual
 * one does, so that it was not the manual's register that was found.
 */
export function addressBaseOf(manualAddress: number, pduAddress: number): number | null {
  const base = manualAddress - pduAddress;
  return USUAL_BASES.includes(base) ? base : null;
}
