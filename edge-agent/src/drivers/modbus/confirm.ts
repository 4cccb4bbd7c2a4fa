import {
  decodePart,
  type ModbusProfile,
  type ProfileConfirm,
  pduAddress,
  wordsOfPart,
  wordsToText,
} from "@nightflow/domain";
import type { WriteResult } from "../driver.ts";
import type { LineAnswer, ReadRequest } from "./line.ts";

/** Where a command is confirmed: what is asked, and what the answer has to show. */
export interface PlannedConfirm {
  readonly request: ReadRequest;
  readonly rule: ProfileConfirm;
}

/** The question by which a command of a profile is confirmed. */
export function plannedConfirm(profile: ModbusProfile, rule: ProfileConfirm): PlannedConfirm {
  const { functionCode, part } = rule;
  const words = wordsOfPart(part);
  return { request: { functionCode, address: pduAddress(profile, part.address), quantity: words, words }, rule };
}

/** Why nothing is written: nobody could tell afterwards; undefined where the question is answered. */
export function unconfirmable({ rule }: PlannedConfirm, answer: LineAnswer): WriteResult | undefined {
  const where = `where it is confirmed, ${placeOf(rule)}`;
  if (answer.kind === "words") return undefined;
  if (answer.kind === "disconnected") return { outcome: "disconnected", detail: "nothing was written" };
  if (answer.kind === "exception")
    return { outcome: "unsupported", detail: `nothing was written: ${where}, ${answer.text}: mend confirm` };
  return { outcome: "silent", detail: `nothing was written: ${where}, the meter does not answer` };
}

/** What a look brought of an order that has been written. */
export interface Look {
  readonly isDone: boolean;
  /** Whether the meter said anything at all. */
  readonly isAnswered: boolean;
  /** What is told when it is the last look. */
  readonly result: WriteResult;
}

/** What an answer says of a confirmation; undefined: nobody could be asked. */
export function lookOf({ rule }: PlannedConfirm, answer: LineAnswer | undefined): Look {
  if (answer?.kind !== "words") return { isDone: false, isAnswered: false, result: untold(rule, answer) };
  const shown = shownBy(rule, answer.words);
  if (isWanted(rule, shown)) return { isDone: true, isAnswered: true, result: { outcome: "done", detail: null } };
  const wanted = rule.tolerance === 0 ? `${rule.value}` : `${rule.value} ± ${rule.tolerance}`;
  const detail = `written, but after ${rule.withinS} s ${placeOf(rule)} shows ${shown ?? "no value"} and not ${wanted}`;
  return { isDone: false, isAnswered: true, result: { outcome: "differs", detail } };
}

function untold(rule: ProfileConfirm, answer: LineAnswer | undefined): WriteResult {
  const why = answer?.kind === "exception" ? answer.text : "the meter could not be asked any more";
  return { outcome: "sent", detail: `written, but not confirmed by ${placeOf(rule)}: ${why}` };
}

/** The number in the words; null where they are a sentinel. */
function shownBy({ part }: ProfileConfirm, words: readonly number[]): number | null {
  return part.sentinels.includes(wordsToText(words)) ? null : Number(decodePart(words, part));
}

function isWanted({ value, tolerance }: ProfileConfirm, shown: number | null): boolean {
  if (shown === null) return false;
  // A single shows 0.1 as well as it can.
  return Math.abs(shown - value) <= tolerance || shown === Math.fround(value);
}

const KINDS = { 1: "coil", 2: "discrete input", 3: "register", 4: "input register" } as const;

function placeOf({ functionCode, part }: ProfileConfirm): string {
  return `${KINDS[functionCode]} ${part.address}`;
}
