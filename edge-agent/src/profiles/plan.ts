import {
  addressesOf,
  type MeterProfile,
  maxAddresses,
  type ProfileRegister,
  partsOf,
  pduAddress,
  type Span,
  spanOf,
  wordsOfPart,
} from "@nightflow/domain";

/** What a request asks for: coils, discrete inputs, holding or input registers. */
export type ReadFunctionCode = ProfileRegister["functionCode"];

/** One request to a unit and the registers that its answer holds. */
export interface PlannedRequest {
  readonly functionCode: ReadFunctionCode;
  /** PDU address, from 0. */
  readonly address: number;
  /** What the request says: words, bits of coils, or 32-bit registers of Enron. */
  readonly quantity: number;
  /** How many values the answer holds: 16-bit words (an Enron register is two), or one 0 or 1 for each bit. */
  readonly words: number;
  /** Names of the profile's registers, in the order of their addresses. */
  readonly registers: readonly string[];
}

/** What is read at one period. */
export interface PollGroup {
  /** Name in the profile; undefined for what is read at the unit's own period. */
  readonly group: string | undefined;
  /** Period of the profile; undefined where the unit's own holds. */
  readonly periodS: number | undefined;
  readonly requests: readonly PlannedRequest[];
}

interface NamedSpan extends Span {
  readonly name: string;
  readonly register: ProfileRegister;
}

/** Requests are joined only among registers that one request can ask for. */
interface OpenRequest {
  readonly like: ProfileRegister;
  readonly start: number;
  end: number;
  readonly registers: string[];
}

/**
 * The fewest requests for some registers of a profile. Registers that touch share one; holes are read over only as far
 * as the profile allows, because some meters refuse or mistake a read across them. A register is never split. Function
 * codes, 32-bit registers of Enron and poll groups are asked for apart. The same names give the same plan in any order.
 */
export function planRequests(profile: MeterProfile, names: readonly string[]): PlannedRequest[] {
  return planGroups(profile, names).flatMap(({ requests }) => requests);
}

/** The same by poll group: what is read at the unit's own period first, then the groups by name. */
export function planGroups(profile: MeterProfile, names: readonly string[]): PollGroup[] {
  const byGroup = Map.groupBy(new Set(names), (name) => profile.registers[name]?.group ?? "");
  return [...byGroup.keys()].sort().map((group) => ({
    group: group || undefined,
    periodS: profile.groups[group]?.periodS,
    requests: planTogether(profile, byGroup.get(group) ?? []),
  }));
}

function planTogether(profile: MeterProfile, names: readonly string[]): PlannedRequest[] {
  const plan: OpenRequest[] = [];
  for (const span of spansOf(profile, names)) {
    const last = plan.at(-1);
    if (last !== undefined && fits(last, span, profile)) {
      last.end = Math.max(last.end, span.end);
      last.registers.push(span.name);
    } else plan.push({ like: span.register, start: span.start, end: span.end, registers: [span.name] });
  }
  return plan.map(asRequest);
}

/** Each register of a request by itself: what is asked when the whole was refused. */
export function splitRequest(profile: MeterProfile, request: PlannedRequest): PlannedRequest[] {
  return spansOf(profile, request.registers).map(({ name, register, start, end }) =>
    asRequest({ like: register, start, end, registers: [name] }),
  );
}

/** The words of each part of a register, out of the answer to a request that holds it. */
export function wordsOf(
  profile: MeterProfile,
  name: string,
  request: PlannedRequest,
  answer: readonly number[],
): number[][] {
  const register = profile.registers[name];
  if (register === undefined) return [];
  const wordsPerAddress = register.registerBits / 16;
  return partsOf(register).map((part) => {
    const from = (pduAddress(profile, part.address) - request.address) * wordsPerAddress;
    return answer.slice(from, from + (register.functionCode <= 2 ? addressesOf(register, part) : wordsOfPart(part)));
  });
}

function spansOf(profile: MeterProfile, names: readonly string[]): NamedSpan[] {
  const spans = names.flatMap((name): NamedSpan[] => {
    const register = profile.registers[name];
    return register === undefined ? [] : [{ name, register, ...spanOf(profile, register) }];
  });
  return spans.sort(
    (a, b) =>
      kindOf(a.register) - kindOf(b.register) || a.start - b.start || a.end - b.end || (a.name < b.name ? -1 : 1),
  );
}

/** Registers of one kind may share a request. */
function kindOf({ functionCode, registerBits }: ProfileRegister): number {
  return functionCode * 100 + registerBits;
}

function fits(request: OpenRequest, span: NamedSpan, profile: MeterProfile): boolean {
  const isNear = span.start - request.end <= profile.maxHoleWords;
  const addresses = Math.max(request.end, span.end) - request.start;
  return kindOf(request.like) === kindOf(span.register) && isNear && addresses <= maxAddresses(profile, span.register);
}

function asRequest({ like, start, end, registers }: OpenRequest): PlannedRequest {
  const quantity = end - start;
  const { functionCode, registerBits } = like;
  return { functionCode, address: start, quantity, words: quantity * (registerBits / 16), registers };
}
