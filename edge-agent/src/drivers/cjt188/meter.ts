import type {
  BusOf,
  ChannelDescription,
  Cjt188Dialect,
  Flag,
  MissingReason,
  Reading,
  UnitHealth,
} from "@nightflow/domain";
import type { ReadNowResult, WriteResult } from "../driver.ts";
import { UnitRecord } from "../modbus/unit-record.ts";
import { isInWindow } from "../polled/awake.ts";
import { missingReading, readingOfDigits } from "../polled/channel-values.ts";
import type { DeviceClock } from "../polled/device-clock.ts";
import { type Ask, askPatiently, type PolledMeter, type PollResult } from "../polled/polled-bus.ts";
import type { Asked, Question } from "../polled/question-line.ts";
import { Cjt188DataError } from "./errors.ts";
import { type Cjt188Frame, Cjt188Scanner, encodeCjt188Frame } from "./frame.ts";
import { keptInstants, readKeptTotals, settlementDayOf } from "./kept-totals.ts";
import { answerTo, readRequest, timeRequest, valveRequest } from "./messages.ts";
import { type Cjt188MeterData, decodeMeterData, type ValveState, valveStateOf } from "./meter-data.ts";

type Cjt188Unit = BusOf<"cjt188">["units"][number];

export interface Cjt188MeterDeps {
  readonly unit: Cjt188Unit;
  readonly dialect: Cjt188Dialect;
  readonly channels: ReadonlyMap<string, ChannelDescription>;
  readonly timeoutMs: number;
  readonly preamble: number;
  readonly deviceClock: DeviceClock;
  readonly now: () => number;
  /** Real milliseconds that pass in one of the clock. */
  readonly realMsPerMs: number;
  readonly onStray: () => void;
}

/** What one answer brought. */
type Outcome =
  | { readonly kind: "answer"; readonly data: Uint8Array }
  | { readonly kind: "refused"; readonly status: number | null };

/** A valve takes so long to turn at most, looked at so often; real milliseconds. */
const VALVE_LOOKS = 15;
const VALVE_LOOK_MS = 3000;
const POSITIONS: Readonly<Record<string, "open" | "closed">> = { valve_open: "open", valve_close: "closed" };

/** One meter on a CJ/T 188 line: what it is asked, what its answers mean, and how it fares. */
export class Cjt188Meter implements PolledMeter {
  readonly meter: string;
  readonly periodMs: number;
  readonly #deps: Cjt188MeterDeps;
  readonly #channels: readonly (readonly [string, ChannelDescription])[];
  readonly #record = new UnitRecord();
  #ser = 0;
  #lastGoodAt: number | null = null;
  #lastError: string | null = null;
  #state: UnitHealth["state"] = "good";

  constructor(deps: Cjt188MeterDeps) {
    this.#deps = deps;
    this.meter = deps.unit.meter;
    this.periodMs = deps.unit.periodS * 1000;
    this.#channels = Object.entries(deps.unit.channels).flatMap(([register, id]) => {
      const channel = deps.channels.get(id);
      return channel === undefined ? [] : [[register, channel] as const];
    });
  }

  isAwake(nowMs: number): boolean {
    return isInWindow(this.#deps.unit.awake, this.#deps.deviceClock.localMs(nowMs));
  }

  async poll(ask: Ask, retries: number): Promise<PollResult> {
    const asked = await askPatiently(ask, () => this.#question(readRequest(this.#target, this.#nextSer())), retries);
    this.#count(asked);
    if (asked.kind !== "answer") return this.#unread(asked.kind);
    const readAt = Math.round(this.#deps.now() - asked.tookMs / this.#deps.realMsPerMs / 2);
    if (asked.answer.kind === "refused") return this.#refused(asked.answer.status, readAt);
    return this.#read(asked.answer.data, readAt);
  }

  async probe(ask: Ask, maxRealMs: number): Promise<boolean> {
    const request = readRequest(this.#target, this.#nextSer());
    return (await ask({ ...this.#question(request), timeoutMs: maxRealMs })).kind === "answer";
  }

  absent(readAt: number, reason: MissingReason): Reading[] {
    return this.#channels.map(([, channel]) => missingReading(channel, readAt, reason));
  }

  /** The totals of settlement days that a time is missing, with what it shows now. */
  async readBack(ask: Ask, fromMs: number, toMs: number): Promise<ReadNowResult | undefined> {
    const { history } = this.#deps.dialect;
    const channel = this.#channels.find(([register]) => register === history?.register)?.[1];
    if (history === undefined || channel === undefined) return undefined;
    const { deviceClock, now } = this.#deps;
    const asking = (request: Cjt188Frame) => this.#dataOf(ask, request);
    const deps = { target: this.#target, history, channel, deviceClock, nextSer: () => this.#nextSer(), ask: asking };
    const day = this.#deps.unit.settlementDay ?? (await settlementDayOf(deps));
    if (day == null) return day === undefined ? SILENT : undefined;
    const instants = keptInstants(deps, day, now());
    const wanted = instants.flatMap((at, back) => (at >= fromMs && at <= toMs ? [back] : []));
    if (wanted.length === 0) return undefined;
    const data = await asking(readRequest(this.#target, this.#nextSer()));
    if (data == null) return SILENT;
    const read = this.#read(data, now());
    const decoded = decodedOr(data, this.#deps.dialect);
    if (typeof decoded === "string") return { outcome: "answered", readings: read.readings, detail: decoded };
    const kept = await readKeptTotals(deps, decoded, instants, wanted);
    return { ...kept, readings: [...read.readings, ...kept.readings] };
  }

  /** `valve_open`, `valve_close` (looked after until the status word says so) and `set_clock`. */
  async write(command: string, ask: Ask, attempt: number): Promise<WriteResult | { readonly againInMs: number }> {
    const position = POSITIONS[command];
    if (position !== undefined) return this.#turnValve(position, ask, attempt);
    if (command === "set_clock") return this.#setClock(ask);
    return {
      outcome: "unsupported",
      detail: `CJ/T 188 has no command ${command}; it has valve_open, valve_close, set_clock`,
    };
  }

  health(): UnitHealth {
    const { meter } = this;
    const [lastGoodAt, lastError, state] = [this.#lastGoodAt, this.#lastError, this.#state];
    return { meter, state, lastGoodAt, lastError, ...this.#record.numbers() };
  }

  get #target() {
    return { address: this.#deps.unit.address, dialect: this.#deps.dialect };
  }

  #nextSer(): number {
    this.#ser = (this.#ser + 1) & 0xff;
    return this.#ser;
  }

  #question(request: Cjt188Frame): Question<Outcome> {
    const { preamble, timeoutMs, dialect, onStray } = this.#deps;
    const scanner = new Cjt188Scanner();
    const take = (bytes: Uint8Array): Outcome | undefined => {
      for (const frame of scanner.push(bytes)) {
        const answer = answerTo(request, frame, dialect.echoesSer);
        if (answer.kind === "answer" || answer.kind === "refused") return answer;
        if (answer.kind !== "echo") onStray();
      }
      return undefined;
    };
    return { bytes: encodeCjt188Frame(request, preamble), timeoutMs, take };
  }

  /** The data of an answer, asked for twice; null where the meter refuses, undefined where it is silent. */
  async #dataOf(ask: Ask, request: Cjt188Frame): Promise<Uint8Array | null | undefined> {
    const asked = await askPatiently(ask, () => this.#question(request), 1);
    this.#count(asked);
    if (asked.kind !== "answer") return undefined;
    return asked.answer.kind === "answer" ? asked.answer.data : null;
  }

  #count(asked: Asked<Outcome>): void {
    if (asked.kind === "timeout") this.#record.timeout();
    if (asked.kind !== "answer") return;
    this.#record.answer(asked.tookMs);
    if (asked.answer.kind === "refused") this.#record.exception();
  }

  #unread(kind: "timeout" | "disconnected"): PollResult {
    const isLost = kind === "disconnected";
    this.#note("silent", isLost ? "the line is not connected" : "no answer");
    return { readings: this.absent(this.#deps.now(), kind), outcome: isLost ? "disconnected" : "silent" };
  }

  #refused(status: number | null, readAt: number): PollResult {
    const word = status === null ? "" : `, status ${status.toString(16).toUpperCase().padStart(4, "0")}h`;
    this.#note("failing", `the meter refuses to be read${word}`);
    return { readings: this.absent(readAt, "exception"), outcome: "answered" };
  }

  #read(data: Uint8Array, agentMs: number): PollResult {
    const { dialect, deviceClock } = this.#deps;
    const decoded = decodedOr(data, dialect);
    if (typeof decoded === "string") {
      this.#note("failing", decoded);
      return { readings: this.absent(agentMs, "bad_status"), outcome: "answered" };
    }
    const time = deviceClock.judge(dialect.timeAt === undefined ? undefined : decoded.localMs, agentMs);
    const isUnwell = decoded.status?.isBatteryLow === true || decoded.status?.valve === "fault";
    const flags: Flag[] = [...time.flags, ...(isUnwell ? (["device_alarm"] as const) : [])];
    const at = { readAt: time.readAt, flags };
    const readings = this.#channels.map(([register, channel]) => readingOf(register, channel, decoded, at));
    const isWhole = readings.every(({ quality }) => quality !== "missing");
    if (isWhole) this.#lastGoodAt = time.readAt;
    this.#note(isWhole ? "good" : "failing", faultOf(decoded) ?? time.fault);
    return { readings, outcome: "answered" };
  }

  #note(state: UnitHealth["state"], error: string | null): void {
    this.#state = state;
    this.#lastError = error?.slice(0, 200) ?? null;
    this.#record.poll(state === "good");
  }

  /** Orders first, then looks at the status until the valve is there: it takes its time. */
  async #turnValve(position: "open" | "closed", ask: Ask, attempt: number) {
    const ser = this.#nextSer();
    const request = attempt === 0 ? valveRequest(this.#target, position, ser) : readRequest(this.#target, ser);
    const asked = await ask(this.#question(request));
    this.#count(asked);
    if (asked.kind !== "answer" || asked.answer.kind === "refused") {
      if (attempt === 0 || attempt >= VALVE_LOOKS) return failed(asked, attempt);
      return { againInMs: VALVE_LOOK_MS };
    }
    const valve = this.#valveIn(asked.answer.data, attempt === 0);
    if (valve === position) return { outcome: "done", detail: null } as const;
    if (valve === "fault") return { outcome: "differs", detail: "the meter says that its valve is broken" } as const;
    if (attempt < VALVE_LOOKS) return { againInMs: VALVE_LOOK_MS };
    const waitedS = (VALVE_LOOKS * VALVE_LOOK_MS) / 1000;
    return { outcome: "differs", detail: `confirmed, but after ${waitedS} s the meter says ${valve}` } as const;
  }

  /** The status stands at the end of a confirmation, and where the dialect says in meter data. */
  #valveIn(data: Uint8Array, isConfirmation: boolean): ValveState {
    const { dialect } = this.#deps;
    if (!isConfirmation) {
      const decoded = decodedOr(data, dialect);
      return typeof decoded === "string" ? "unknown" : (decoded.status?.valve ?? "unknown");
    }
    const [low, high] = data.subarray(3, 5);
    if (low === undefined || high === undefined || dialect.status === undefined) return "unknown";
    return valveStateOf(low | (high << 8), dialect.status);
  }

  async #setClock(ask: Ask): Promise<WriteResult> {
    const localMs = this.#deps.deviceClock.localMs(this.#deps.now());
    const asked = await ask(this.#question(timeRequest(this.#target, localMs, this.#nextSer())));
    this.#count(asked);
    return asked.kind === "answer" && asked.answer.kind === "answer"
      ? { outcome: "done", detail: null }
      : failed(asked, 0);
  }
}

const SILENT: ReadNowResult = { outcome: "silent", readings: [] };

function failed(asked: Asked<Outcome>, attempt: number): WriteResult {
  const late = attempt > 0 ? "the order was confirmed, but the meter did not answer afterwards" : null;
  if (asked.kind === "disconnected") return { outcome: "disconnected", detail: late };
  if (asked.kind === "timeout") return { outcome: attempt > 0 ? "differs" : "silent", detail: late };
  return { outcome: "refused", detail: "the meter refuses; its status is in its next reading" };
}

function decodedOr(data: Uint8Array, dialect: Cjt188Dialect): Cjt188MeterData | string {
  try {
    return decodeMeterData(data, dialect);
  } catch (error) {
    if (error instanceof Cjt188DataError) return error.message;
    throw error;
  }
}

/** A register of the dialect, or what the status word says. */
function readingOf(
  register: string,
  channel: ChannelDescription,
  { values, status }: Cjt188MeterData,
  at: { readonly readAt: number; readonly flags: readonly Flag[] },
): Reading {
  const value = values.get(register);
  if (value?.kind === "value")
    return readingOfDigits(channel, { digits: value.digits, exponent: -value.decimals, unit: value.unit }, at);
  if (value !== undefined)
    return missingReading(channel, at.readAt, value.kind === "not-a-number" ? "not_a_number" : "bad_status");
  if (status !== null && register === "status")
    return readingOfDigits(channel, { digits: status.word, exponent: 0, unit: "1" }, at);
  if (status !== null && register === "valve" && (status.valve === "open" || status.valve === "closed"))
    return readingOfDigits(channel, { digits: Number(status.valve === "open"), exponent: 0, unit: "1" }, at);
  return missingReading(channel, at.readAt, "bad_status");
}

function faultOf({ values, status }: Cjt188MeterData): string | null {
  for (const [name, value] of values)
    if (value.kind === "unknown-unit")
      return `${name} comes in unit ${value.code.toString(16).toUpperCase()}h (${value.symbol}), which no channel shows`;
  if (status?.valve === "fault") return "the meter says that its valve is broken";
  return status?.isBatteryLow === true ? "the meter's battery is low" : null;
}
