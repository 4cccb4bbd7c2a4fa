import type { LineAnswer, LineAsker } from "../drivers/modbus/line.ts";

/** What asks a unit; time-outs and repeats are settled. */
export type AskWords = (functionCode: 3 | 4, address: number, count: number) => Promise<LineAnswer>;

/** Words that follow each other without a hole. */
export interface Run {
  /** PDU address of the first word. */
  readonly from: number;
  readonly words: readonly number[];
}

/** A block as it could be read. */
export interface Block {
  readonly runs: readonly Run[];
  /** Addresses that the unit refused, first and last of each stretch. */
  readonly refused: readonly (readonly [number, number])[];
  /** How often nothing came. */
  readonly timeouts: number;
  /** The last refusal or fault, in words. */
  readonly lastFault: string | null;
}

/** Longest request at first; makers that ignore longer ones allow 20 at least. */
const FIRST_WORDS = 60;
const SAFE_WORDS = 20;

/** Asks one unit over a line, once again where nothing came. */
export function askerOf(line: LineAsker, unitId: number, timeoutMs: number): AskWords {
  return async (functionCode, address, count) => {
    const ask = () => line.ask({ unitId, functionCode, address, quantity: count, words: count, timeoutMs });
    const { answer } = await ask();
    return answer.kind === "timeout" ? (await ask()).answer : answer;
  };
}

/** Reads a block, going around the addresses that the unit does not have, and shorter where long requests go unanswered. */
export async function readBlock(ask: AskWords, functionCode: 3 | 4, from: number, to: number): Promise<Block> {
  const found = new Map<number, number>();
  const state = { longest: FIRST_WORDS, timeouts: 0, lastFault: null as string | null };
  const stretches: [number, number][] = [[from, to]];
  for (let next = stretches.shift(); next !== undefined; next = stretches.shift()) {
    const [first, last] = next;
    const count = Math.min(last - first + 1, state.longest);
    const answer = await ask(functionCode, first, count);
    if (answer.kind === "words")
      for (const [at, word] of answer.words.slice(0, count).entries()) found.set(first + at, word);
    else if (!noteFault(answer, state, count)) return blockOf(found, from, to, state);
    const rest: [number, number] = [first + count, last];
    if (answer.kind !== "words" && count > 1) stretches.unshift(...halves(first, first + count - 1), ...keep(rest));
    else stretches.unshift(...keep(rest));
  }
  return blockOf(found, from, to, state);
}

/** Notes what went wrong; false where asking on is of no use. */
function noteFault(
  answer: LineAnswer,
  state: { longest: number; timeouts: number; lastFault: string | null },
  count: number,
): boolean {
  if (answer.kind === "exception") {
    state.lastFault = answer.text;
    // Illegal address or value: the unit has not all of it. Anything else is no matter of the addresses.
    return answer.code === 2 || answer.code === 3 || answer.code === 4;
  }
  state.lastFault = answer.kind === "timeout" ? "no answer" : "the line is not open";
  if (answer.kind !== "timeout") return false;
  state.timeouts++;
  state.longest = Math.min(state.longest, SAFE_WORDS);
  return count > SAFE_WORDS;
}

function halves(first: number, last: number): [number, number][] {
  const middle = Math.floor((first + last) / 2);
  return [
    [first, middle],
    [middle + 1, last],
  ];
}

function keep([first, last]: [number, number]): [number, number][] {
  return first <= last ? [[first, last]] : [];
}

function blockOf(
  found: ReadonlyMap<number, number>,
  from: number,
  to: number,
  state: { timeouts: number; lastFault: string | null },
): Block {
  const runs: { from: number; words: number[] }[] = [];
  const refused: [number, number][] = [];
  for (let address = from; address <= to; address++) {
    const word = found.get(address);
    const run = runs.at(-1);
    const gap = refused.at(-1);
    if (word === undefined) {
      if (gap?.[1] === address - 1) gap[1] = address;
      else refused.push([address, address]);
    } else if (run !== undefined && run.from + run.words.length === address) run.words.push(word);
    else runs.push({ from: address, words: [word] });
  }
  return { runs, refused, timeouts: state.timeouts, lastFault: state.lastFault };
}
