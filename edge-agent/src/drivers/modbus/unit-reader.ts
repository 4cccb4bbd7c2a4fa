import type { BusOf, ChannelDescription, MissingReason, Reading, UnitHealth } from "@nightflow/domain";
import { type Decoded, decodeRegister } from "../../profiles/decode.ts";
import { type PlannedRequest, planRequests, splitRequest, wordsOf } from "../../profiles/plan.ts";
import type { MeterProfile } from "../../profiles/profile.ts";
import { isGatewayException, type LineAnswer } from "./line.ts";

type ModbusUnit = BusOf<"modbus-tcp">["units"][number];

/** An answer with the instant that it stands for. */
export interface TimedAnswer {
  readonly answer: LineAnswer;
  readonly readAt: number;
}

/** Asks the unit one request; the bus sees to time-outs and repeats. */
export type AskUnit = (request: PlannedRequest) => Promise<TimedAnswer>;

/** What a poll brought. `silent`: nothing in it was answered by the unit. */
export interface PollResult {
  readonly readings: Reading[];
  readonly outcome: "answered" | "silent" | "disconnected";
}

/** Polls for which registers are asked one by one, after their joint request was refused. */
const SPLIT_POLLS = 96;

/** One meter on a bus: which requests it takes, what its answers mean, and how it fares. */
export class UnitReader {
  readonly unitId: number;
  readonly meter: string;
  readonly periodMs: number;
  readonly #profile: MeterProfile;
  readonly #channels: ReadonlyMap<string, ChannelDescription>;
  readonly #plan: readonly PlannedRequest[];
  readonly #splitUntilPoll = new Map<PlannedRequest, number>();
  #polls = 0;
  #failures = 0;
  #lastGoodAt: number | null = null;
  #lastError: string | null = null;
  #state: UnitHealth["state"] = "good";

  constructor(unit: ModbusUnit, profile: MeterProfile, channels: ReadonlyMap<string, ChannelDescription>) {
    this.unitId = unit.unitId;
    this.meter = unit.meter;
    this.periodMs = unit.periodS * 1000;
    this.#profile = profile;
    this.#channels = new Map(
      Object.entries(unit.channels).flatMap(([register, id]) => {
        const channel = channels.get(id);
        return channel === undefined ? [] : [[register, channel] as const];
      }),
    );
    this.#plan = planRequests(profile, [...this.#channels.keys()]);
  }

  /** The request to probe with: the shortest. */
  get probe(): PlannedRequest | undefined {
    return [...this.#plan].sort((a, b) => a.words - b.words)[0];
  }

  /** Reads every register once. After the first silence the rest is not asked: it would only cost the others time. */
  async poll(ask: AskUnit): Promise<PollResult> {
    this.#polls++;
    const readings: Reading[] = [];
    let outcome: PollResult["outcome"] = "answered";
    for (const request of this.#plan) {
      if (outcome === "answered") outcome = await this.#readRequest(request, ask, readings);
      else readings.push(...this.#missing(request.registers, readings.at(-1)?.readAt ?? 0, reasonOf(outcome)));
    }
    this.#note(outcome, readings);
    return { readings, outcome };
  }

  /** A missing reading of every channel, for a boundary at which the unit could not be asked. */
  absent(readAt: number, reason: MissingReason): Reading[] {
    return this.#missing([...this.#channels.keys()], readAt, reason);
  }

  health(): UnitHealth {
    return {
      meter: this.meter,
      state: this.#state,
      lastGoodAt: this.#lastGoodAt,
      polls: this.#polls,
      failures: this.#failures,
      lastError: this.#lastError,
    };
  }

  async #readRequest(request: PlannedRequest, ask: AskUnit, readings: Reading[]): Promise<PollResult["outcome"]> {
    if (this.#isSplit(request)) return this.#readSplit(request, ask, readings);
    const { answer, readAt } = await ask(request);
    if (isRefused(answer) && request.registers.length > 1) {
      this.#splitUntilPoll.set(request, this.#polls + SPLIT_POLLS);
      return this.#readSplit(request, ask, readings);
    }
    readings.push(...this.#readingsOf(request, answer, readAt));
    return outcomeOf(answer);
  }

  /** One bad register must not void the rest: each is asked by itself. */
  async #readSplit(request: PlannedRequest, ask: AskUnit, readings: Reading[]): Promise<PollResult["outcome"]> {
    let outcome: PollResult["outcome"] = "answered";
    for (const single of splitRequest(this.#profile, request)) {
      if (outcome !== "answered") {
        readings.push(...this.#missing(single.registers, readings.at(-1)?.readAt ?? 0, reasonOf(outcome)));
        continue;
      }
      const { answer, readAt } = await ask(single);
      readings.push(...this.#readingsOf(single, answer, readAt));
      outcome = outcomeOf(answer);
    }
    return outcome;
  }

  #isSplit(request: PlannedRequest): boolean {
    return (this.#splitUntilPoll.get(request) ?? 0) >= this.#polls;
  }

  #readingsOf(request: PlannedRequest, answer: LineAnswer, readAt: number): Reading[] {
    if (answer.kind === "words")
      return request.registers.flatMap((name) => this.#decode(name, request, answer.words, readAt));
    if (answer.kind === "exception") this.#lastError = answer.text.slice(0, 200);
    return this.#missing(request.registers, readAt, answer.kind);
  }

  #decode(name: string, request: PlannedRequest, words: readonly number[], readAt: number): Reading[] {
    const [register, channel] = [this.#profile.registers[name], this.#channels.get(name)];
    if (register === undefined || channel === undefined) return [];
    const decoded = decodeRegister(register, wordsOf(this.#profile, name, request, words), channel);
    return [asReading(channel, readAt, decoded)];
  }

  #missing(registers: readonly string[], readAt: number, reason: MissingReason): Reading[] {
    return registers.flatMap((name) => {
      const channel = this.#channels.get(name);
      return channel === undefined ? [] : [asReading(channel, readAt, { missing: reason })];
    });
  }

  #note(outcome: PollResult["outcome"], readings: readonly Reading[]): void {
    const good = readings.findLast((reading) => reading.quality !== "missing");
    if (good !== undefined) this.#lastGoodAt = good.readAt;
    const isWhole = outcome === "answered" && readings.every((reading) => reading.quality !== "missing");
    this.#state = isWhole ? "good" : outcome === "answered" ? "failing" : "silent";
    if (isWhole) this.#lastError = null;
    else this.#failures++;
    if (outcome === "silent") this.#lastError = "no answer";
    if (outcome === "disconnected") this.#lastError = "the bus is not connected";
  }
}

function asReading(channel: ChannelDescription, readAt: number, decoded: Decoded): Reading {
  return "missing" in decoded
    ? { quality: "missing", channel: channel.id, readAt, reason: decoded.missing }
    : { quality: "good", channel: channel.id, readAt, value: decoded.value, flags: [] };
}

function isRefused(answer: LineAnswer): boolean {
  return answer.kind === "exception" && !isGatewayException(answer.code);
}

function outcomeOf(answer: LineAnswer): PollResult["outcome"] {
  if (answer.kind === "disconnected") return "disconnected";
  if (answer.kind === "timeout") return "silent";
  return answer.kind === "exception" && isGatewayException(answer.code) ? "silent" : "answered";
}

function reasonOf(outcome: PollResult["outcome"]): MissingReason {
  return outcome === "disconnected" ? "disconnected" : "timeout";
}
