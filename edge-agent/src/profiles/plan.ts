import { type MeterProfile, spanOf, WORDS_OF_TYPE } from "./profile.ts";

/** One request to a unit and the registers that its answer holds. */
export interface PlannedRequest {
  readonly functionCode: 3 | 4;
  /** PDU address, from 0. */
  readonly address: number;
  readonly words: number;
  readonly registers: readonly string[];
}

interface Span {
  readonly name: string;
  readonly functionCode: 3 | 4;
  readonly start: number;
  readonly end: number;
}

/**
 * The fewest requests for some registers of a profile. Registers that touch share one; holes are read over only as far
 * as the profile allows, because some meters refuse or mistake a read across them. A register is never split.
 */
export function planRequests(profile: MeterProfile, names: readonly string[]): PlannedRequest[] {
  const plan: PlannedRequest[] = [];
  for (const span of spansOf(profile, names)) {
    const last = plan.at(-1);
    if (last !== undefined && fits(last, span, profile)) plan[plan.length - 1] = joined(last, span);
    else plan.push(alone(span));
  }
  return plan;
}

/** Each register of a request by itself: what is asked when the whole was refused. */
export function splitRequest(profile: MeterProfile, request: PlannedRequest): PlannedRequest[] {
  return spansOf(profile, request.registers).map(alone);
}

/** The words of each part of a register, out of the answer to a request that holds it. */
export function wordsOf(profile: MeterProfile, name: string, request: PlannedRequest, answer: readonly number[]) {
  return (profile.registers[name]?.parts ?? []).map((part) => {
    const from = part.address - profile.addressBase - request.address;
    return answer.slice(from, from + WORDS_OF_TYPE[part.type]);
  });
}

function spansOf(profile: MeterProfile, names: readonly string[]): Span[] {
  const spans = names.flatMap((name): Span[] => {
    const register = profile.registers[name];
    if (register === undefined) return [];
    return [{ name, functionCode: register.functionCode, ...spanOf(register, profile.addressBase) }];
  });
  return spans.sort((a, b) => a.functionCode - b.functionCode || a.start - b.start);
}

function fits(request: PlannedRequest, span: Span, profile: MeterProfile): boolean {
  const end = request.address + request.words;
  const words = Math.max(end, span.end) - request.address;
  const isNear = span.start - end <= profile.maxHoleWords;
  return request.functionCode === span.functionCode && isNear && words <= profile.maxWordsPerRequest;
}

function joined(request: PlannedRequest, span: Span): PlannedRequest {
  const words = Math.max(request.address + request.words, span.end) - request.address;
  return { ...request, words, registers: [...request.registers, span.name] };
}

function alone(span: Span): PlannedRequest {
  const { functionCode, start, end, name } = span;
  return { functionCode, address: start, words: end - start, registers: [name] };
}
