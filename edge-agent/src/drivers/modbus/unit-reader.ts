import {
  type ChannelDescription,
  type Decoded,
  decodeRegister,
  type Flag,
  flagsOfStatus,
  type MissingReason,
  type ModbusProfile,
  type ModbusUnit,
  type ProfileRegister,
  type QuickDecoder,
  quickDecoder,
  type Reading,
  type UnitHealth,
} from "@nightflow/domain";
import { type PlannedRequest, planGroups, wordsOf } from "../../profiles/plan.ts";
import { isGatewayException, type LineAnswer } from "./line.ts";
import { ReadPlan } from "./read-plan.ts";
import { UnitRecord } from "./unit-record.ts";

/** An answer with the instant that it stands for. */
export interface TimedAnswer {
  readonly answer: LineAnswer;
  readonly readAt: number;
}

/** Asks the unit one request; the bus sees to time-outs and repeats. */
export type AskUnit = (request: PlannedRequest) => Promise<TimedAnswer>;

/** What a poll brought. `silent`: the unit left a request unanswered. */
export interface PollResult {
  readonly readings: Reading[];
  readonly outcome: "answered" | "silent" | "disconnected";
}

interface Group {
  readonly periodMs: number;
  readonly name: string;
  readonly plan: ReadPlan;
}

/** One register of a request, and how it is got out of the answer. */
interface Slot {
  readonly name: string;
  readonly register: ProfileRegister;
  readonly channel: ChannelDescription;
  readonly quick: QuickDecoder | undefined;
  readonly at: number;
}

/** One meter on a bus: which requests it takes, what its answers mean, and how it fares. */
export class UnitReader {
  readonly unitId: number;
  readonly meter: string;
  readonly timeoutMs: number | undefined;
  readonly retries: number | undefined;
  readonly profile: ModbusProfile;
  readonly groups: readonly Group[];
  readonly record = new UnitRecord();
  readonly #channels: ReadonlyMap<string, ChannelDescription>;
  readonly #hasStatus: boolean;
  readonly #slots = new WeakMap<PlannedRequest, readonly Slot[]>();
  #lastGoodAt: number | null = null;
  #lastError: string | null = null;
  #state: UnitHealth["state"] = "good";

  constructor(unit: ModbusUnit, profile: ModbusProfile, channels: ReadonlyMap<string, ChannelDescription>) {
    this.unitId = unit.unitId;
    this.meter = unit.meter;
    this.timeoutMs = unit.timeoutMs;
    this.retries = unit.retries;
    this.profile = profile;
    this.#channels = new Map(
      Object.entries(unit.channels).flatMap(([register, id]) => {
        const channel = channels.get(id);
        return channel === undefined ? [] : [[register, channel] as const];
      }),
    );
    this.groups = planGroups(profile, [...this.#channels.keys()]).map(({ group = "", periodS, requests }) => ({
      name: group,
      periodMs: (unit.groups?.[group] ?? periodS ?? unit.periodS) * 1000,
      plan: new ReadPlan(
        profile,
        requests.flatMap(({ registers }) => registers),
      ),
    }));
    this.#hasStatus = [...this.#channels.keys()].some((name) => profile.registers[name]?.status !== undefined);
  }

  get state(): UnitHealth["state"] {
    return this.#state;
  }

  /** The request to probe with: the shortest. */
  get probe(): PlannedRequest | undefined {
    return this.groups
      .flatMap(({ plan }) => plan.shortest ?? [])
      .sort((a, b) => a.words - b.words)
      .at(0);
  }

  /** Reads every register of a group once. After the first silence the rest is not asked: it would only cost the others time. */
  async poll(group: number, ask: AskUnit): Promise<PollResult> {
    const plan = this.groups[group]?.plan;
    if (plan === undefined) return { readings: [], outcome: "answered" };
    const readings: Reading[] = [];
    let outcome: PollResult["outcome"] = "answered";
    const { requests, leftOut } = plan.next();
    for (const request of requests) {
      if (outcome === "answered") outcome = await this.#readRequest(plan, request, ask, readings);
      else readings.push(...this.#missing(request.registers, readings.at(-1)?.readAt ?? 0, reasonOf(outcome)));
    }
    if (requests.length > 0) readings.push(...this.#missing(leftOut, readings.at(-1)?.readAt ?? 0, "exception"));
    this.#note(outcome, readings);
    return { readings: this.#hasStatus ? this.#flagged(readings) : readings, outcome };
  }

  /** A missing reading of every channel of a group, for a boundary at which the unit could not be asked. */
  absent(group: number, readAt: number, reason: MissingReason): Reading[] {
    return this.#missing(this.groups[group]?.plan.names ?? [], readAt, reason);
  }

  health(): UnitHealth {
    return {
      meter: this.meter,
      state: this.#state,
      lastGoodAt: this.#lastGoodAt,
      lastError: this.#lastError,
      ...this.record.numbers(),
    };
  }

  async #readRequest(
    plan: ReadPlan,
    request: PlannedRequest,
    ask: AskUnit,
    readings: Reading[],
  ): Promise<PollResult["outcome"]> {
    const { answer, readAt } = await ask(request);
    const [first, ...others] = request.registers;
    if (isRefused(answer) && others.length > 0) return this.#readApart(plan, request, ask, readings);
    if (first !== undefined && others.length === 0) noteIn(plan, first, answer, []);
    readings.push(...this.#readingsOf(request, answer, readAt));
    return outcomeOf(answer);
  }

  /** The whole was refused: each register is asked by itself, so that only the bad one is missing. */
  async #readApart(
    plan: ReadPlan,
    request: PlannedRequest,
    ask: AskUnit,
    readings: Reading[],
  ): Promise<PollResult["outcome"]> {
    let outcome: PollResult["outcome"] = "answered";
    for (const single of plan.split(request)) {
      if (outcome !== "answered") {
        readings.push(...this.#missing(single.registers, readings.at(-1)?.readAt ?? 0, reasonOf(outcome)));
        continue;
      }
      const { answer, readAt } = await ask(single);
      for (const name of single.registers) noteIn(plan, name, answer, request.registers);
      readings.push(...this.#readingsOf(single, answer, readAt));
      outcome = outcomeOf(answer);
    }
    return outcome;
  }

  #readingsOf(request: PlannedRequest, answer: LineAnswer, readAt: number): Reading[] {
    if (answer.kind === "words") return this.#decodeAll(request, answer.words, readAt);
    if (answer.kind === "exception") this.#lastError = `${request.registers.join(", ")}: ${answer.text}`.slice(0, 200);
    return this.#missing(request.registers, readAt, answer.kind === "written" ? "exception" : answer.kind);
  }

  #decodeAll(request: PlannedRequest, words: readonly number[], readAt: number): Reading[] {
    const readings: Reading[] = [];
    for (const { name, register, channel, quick, at } of this.#slotsOf(request)) {
      const decoded =
        quick === undefined
          ? decodeRegister(register, wordsOf(this.profile, name, request, words), channel)
          : quick(words, at);
      readings.push(asReading(channel, readAt, decoded));
    }
    return readings;
  }

  /** Where the registers of a request lie in its answer; worked out once, for it is the same at every poll. */
  #slotsOf(request: PlannedRequest): readonly Slot[] {
    const known = this.#slots.get(request);
    if (known !== undefined) return known;
    const places = Array.from({ length: request.words }, (_, at) => at);
    const slots = request.registers.flatMap((name): Slot[] => {
      const [register, channel] = [this.profile.registers[name], this.#channels.get(name)];
      if (register === undefined || channel === undefined) return [];
      const at = wordsOf(this.profile, name, request, places)[0]?.[0];
      const quick = at === undefined || register.functionCode <= 2 ? undefined : quickDecoder(register, channel);
      return [{ name, register, channel, quick, at: at ?? 0 }];
    });
    this.#slots.set(request, slots);
    return slots;
  }

  #missing(registers: readonly string[], readAt: number, reason: MissingReason): Reading[] {
    return registers.flatMap((name) => {
      const channel = this.#channels.get(name);
      return channel === undefined ? [] : [asReading(channel, readAt, { missing: reason })];
    });
  }

  /** What a status word says now goes with the readings of the same poll. */
  #flagged(readings: Reading[]): Reading[] {
    const flags = new Set(readings.flatMap((reading) => this.#flagsIn(reading)));
    if (flags.size === 0) return readings;
    return readings.map((reading) =>
      reading.quality === "good" ? { ...reading, flags: [...new Set([...reading.flags, ...flags])] } : reading,
    );
  }

  #flagsIn(reading: Reading): Flag[] {
    if (reading.quality === "missing") return [];
    for (const [name, channel] of this.#channels) {
      const status = this.profile.registers[name]?.status;
      if (channel.id === reading.channel && status !== undefined) return flagsOfStatus(status, reading.value);
    }
    return [];
  }

  #note(outcome: PollResult["outcome"], readings: readonly Reading[]): void {
    const good = readings.findLast((reading) => reading.quality !== "missing");
    if (good !== undefined) this.#lastGoodAt = good.readAt;
    const isWhole = outcome === "answered" && readings.every((reading) => reading.quality !== "missing");
    this.record.poll(isWhole);
    this.#state = isWhole ? "good" : outcome === "answered" ? "failing" : "silent";
    if (isWhole) this.#lastError = null;
    if (outcome === "silent") this.#lastError = "no answer";
    if (outcome === "disconnected") this.#lastError = "the bus is not connected";
  }
}

function noteIn(plan: ReadPlan, name: string, answer: LineAnswer, neighbours: readonly string[]): void {
  if (isRefused(answer)) plan.refused(name, neighbours);
  else if (answer.kind === "words") plan.given(name);
}

function asReading(channel: ChannelDescription, readAt: number, decoded: Decoded): Reading {
  return "missing" in decoded
    ? { quality: "missing", channel: channel.id, readAt, reason: decoded.missing }
    : { quality: "good", channel: channel.id, readAt, value: decoded.value, flags: [] };
}

/** A meter that is busy is no refusal: it will answer the same question. */
function isRefused(answer: LineAnswer): boolean {
  return answer.kind === "exception" && answer.code !== 5 && answer.code !== 6 && !isGatewayException(answer.code);
}

function outcomeOf(answer: LineAnswer): PollResult["outcome"] {
  if (answer.kind === "disconnected") return "disconnected";
  if (answer.kind === "timeout") return "silent";
  return answer.kind === "exception" && isGatewayException(answer.code) ? "silent" : "answered";
}

function reasonOf(outcome: PollResult["outcome"]): MissingReason {
  return outcome === "disconnected" ? "disconnected" : "timeout";
}
