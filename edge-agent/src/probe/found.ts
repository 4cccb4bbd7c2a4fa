import {
  MAX_PROBE_BYTES,
  type ProbedBlock,
  type ProbedDecoding,
  type ProbedMatch,
  wordsToText,
} from "@nightflow/domain";
import type { Run } from "./block.ts";
import { type Decoding, decodingsAt, isPlausible, orderVotes } from "./decodings.ts";
import { addressBaseOf, type Dial } from "./dial.ts";
import { isDoubtful, type lookAtBlock, type PlacedMatch } from "./modes.ts";
import { profileStub } from "./stub.ts";

/** What a block was looked at with. */
export interface BlockQuestion {
  readonly unitId: number;
  readonly read: ProbedBlock["read"];
  readonly dial: Dial | undefined;
  readonly manualAddress: number | undefined;
  readonly isGas: boolean;
}

const SHOWN_MATCHES = 8;
/** Kept for everything but the decodings. */
const OTHER_BYTES = 32 * 1024;

/** A block as it travels to the platform: every decoding that there is room for, the fitting ones marked. */
export function foundBlock(question: BlockQuestion, looked: Awaited<ReturnType<typeof lookAtBlock>>): ProbedBlock {
  const { unitId, read, dial, manualAddress } = question;
  const { block, matches } = looked;
  const { runs, refused, lastFault } = block;
  const [best] = matches;
  const words = runs.flatMap((run) => [...run.words]);
  return {
    mode: "read",
    unitId,
    read,
    runs: runs.map(({ from, words }) => ({ from, words: wordsToText(words) })),
    refused: refused.map(([first, last]) => [first, last]),
    fault: lastFault,
    ...fitting(runs.flatMap((run) => decodingsOfRun(run, matches))),
    orders: orderVotes(words)?.map((vote) => ({ ...vote })) ?? null,
    matches: matches.slice(0, SHOWN_MATCHES).map((match) => foundMatch(match, question)),
    isDoubtful: dial !== undefined && isDoubtful(runs, dial),
    addressBase:
      best === undefined || manualAddress === undefined
        ? null
        : addressBaseOf(manualAddress, best.run.from + best.match.at),
  };
}

function decodingsOfRun(run: Run, matches: readonly PlacedMatch[]): ProbedDecoding[] {
  const own = matches.filter((each) => each.run === run && each.match.composition === "single");
  return run.words.flatMap((_, at) =>
    decodingsAt(run.words, at).map((decoding) => {
      const match = own.find(({ match }) => isSame(match.parts[0], decoding));
      const { type, order, value } = decoding;
      return {
        ...{ address: run.from + at, type, order, value: Number(value) },
        ...(!isPlausible(value) && { isOdd: true as const }),
        ...(match && { scale: match.match.scale }),
      };
    }),
  );
}

function isSame(part: Decoding | undefined, { at, type, order }: Decoding): boolean {
  return part?.at === at && part.type === type && part.order === order;
}

/** Odd ones give way first, then the last ones. */
function fitting(decodings: readonly ProbedDecoding[]): { decodings: ProbedDecoding[]; leftOut: number } {
  let bytes = OTHER_BYTES;
  const fits = (decoding: ProbedDecoding) => {
    bytes += JSON.stringify(decoding).length + 1;
    return bytes <= MAX_PROBE_BYTES;
  };
  const likely = new Set(decodings.filter(({ isOdd }) => isOdd !== true).filter(fits));
  const odd = new Set(decodings.filter(({ isOdd }) => isOdd === true).filter(fits));
  const kept = decodings.filter((decoding) => likely.has(decoding) || odd.has(decoding));
  return { decodings: kept, leftOut: decodings.length - kept.length };
}

function foundMatch({ run, match }: PlacedMatch, question: BlockQuestion): ProbedMatch {
  const { score, composition, scale, value, reasons, parts } = match;
  return {
    ...{ score, composition, scale, value, reasons: [...reasons] },
    parts: parts.map(({ at, type, order }) => ({ address: run.from + at, type, order })),
    profile: profileOf({ run, match }, question),
  };
}

/** Null where the match is no total that a profile could name. */
function profileOf({ run, match }: PlacedMatch, question: BlockQuestion): ProbedMatch["profile"] {
  const { dial, read, isGas, manualAddress } = question;
  if (dial === undefined) return null;
  const addressBase = manualAddress === undefined ? 0 : (addressBaseOf(manualAddress, run.from + match.at) ?? 0);
  try {
    return profileStub({
      ...{ name: "probed", match, from: run.from, words: run.words, dial, functionCode: read.functionCode },
      ...(isGas
        ? ({ quantity: "vb_total", unit: "Sm3" } as const)
        : ({ quantity: "forward_total", unit: "m3" } as const)),
      addressBase,
    });
  } catch {
    return null;
  }
}
