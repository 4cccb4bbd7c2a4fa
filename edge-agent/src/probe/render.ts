import { wordsToText } from "@nightflow/domain";
import type { Run } from "./block.ts";
import { type Decoding, decodingsAt, isPlausible, orderVotes } from "./decodings.ts";
import type { DialMatch } from "./dial.ts";
import type { RegisterRead } from "./meter-read.ts";

/** A block with every decoding side by side, of a size that meters show; zeros are told together. */
export function renderRun({ from, words }: Run): string {
  const lines: string[] = [];
  for (let at = 0; at < words.length; at++) {
    const zeros = words.slice(at).findIndex((word) => word !== 0);
    const count = zeros < 0 ? words.length - at : zeros;
    if (count > 1) lines.push(`${String(from + at).padStart(5)}  0000  … ${from + at + count - 1}: zeros`);
    const begins = count > 1 ? at + count - 1 : at;
    for (let each = at; each <= begins; each++) lines.push(...linesAt(words, from, each, count > 1));
    at = begins;
  }
  return lines.join("\n");
}

function linesAt(words: readonly number[], from: number, at: number, isToldAlready: boolean): string[] {
  const narrow = shownOf(decodingsAt(words, at).filter(({ type, order }) => /16/.test(type) && order === "ABCD"));
  const head = `${String(from + at).padStart(5)}  ${wordsToText(words.slice(at, at + 1))}  ${narrow}`;
  const wide = wideLines(words, at);
  return isToldAlready ? (wide.length > 0 ? [head, ...wide] : []) : [head, ...wide];
}

/** Numbers of 32, 48 and 64 bits that begin at this word, an order a line. */
function wideLines(words: readonly number[], at: number): string[] {
  const wide = decodingsAt(words, at).filter(
    ({ type, value }) => /32|48|64/.test(type) && Number(value) !== 0 && isPlausible(value),
  );
  return [...new Set(wide.map(({ order }) => order))].map(
    (order) => `             ${order.padEnd(8)}  ${shownOf(wide.filter((decoding) => decoding.order === order))}`,
  );
}

/** A signed number that is the same as the unsigned one is told once. */
function shownOf(decodings: readonly Decoding[]): string {
  const isTwin = ({ type, value }: Decoding) =>
    type.startsWith("int") && decodings.some((other) => other.type === `u${type}` && other.value === value);
  return decodings
    .filter((decoding) => isPlausible(decoding.value) && !isTwin(decoding))
    .map(({ type, value }) => `${type} ${shownNumber(value)}`)
    .join("   ");
}

/** A number as short as it stays itself. */
export function shownNumber(value: number | bigint): string {
  if (typeof value === "bigint" || Number.isInteger(value)) return String(value);
  return String(Number(value.toPrecision(9)));
}

/** What the words say of the order of words. */
export function renderOrder(runs: readonly Run[]): string {
  const votes = orderVotes(runs.flatMap(({ words }) => [...words]));
  const [best] = votes ?? [];
  if (votes === null || best === undefined) return "Order of words: these words do not tell; give --dial.";
  const counts = votes.map(({ order, plausible, odd }) => `${order} ${plausible} (${odd} odd)`).join(", ");
  return `Order of words: ${best.order} is the most plausible for singles. Singles of a size that meters show: ${counts}.`;
}

/** A match as one line: where, how, what, how sure. */
export function renderMatch(match: DialMatch, from: number): string {
  const parts = match.parts.map(({ at, type, order }) => `${type} ${order} at ${from + at}`).join(" + ");
  const scale = match.scale === 1 ? "" : ` x ${match.scale}`;
  return `${match.score.toFixed(2)}  ${parts}${scale} = ${shownNumber(match.value)}  (${match.reasons.join(", ")})`;
}

/** A reading of a meter by its profile. */
export function renderReads(reads: readonly RegisterRead[]): string {
  return reads.map((read) => `  ${read.name.padEnd(22)} ${shownRead(read)}${meaningOf(read)}`).join("\n");
}

function shownRead({ value, unit, fault }: RegisterRead): string {
  return value === null ? `- (${fault})` : `${shownNumber(value)} ${unit === "1" ? "" : unit}`.trimEnd();
}

function meaningOf({ status }: RegisterRead): string {
  if (status === null || (status.meanings.length === 0 && status.unknown.length === 0)) return "";
  const known = status.meanings.map(({ en }) => en);
  const unknown = status.unknown.length > 0 ? [`not described: ${status.unknown.join(", ")}`] : [];
  return `  ${status.latched ? "(latched) " : ""}${[...known, ...unknown].join(" ")}`;
}
