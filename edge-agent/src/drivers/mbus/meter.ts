import type { BusOf, ChannelDescription, MissingReason, Reading, UnitHealth } from "@nightflow/domain";
import { UnitRecord } from "../modbus/unit-record.ts";
import { isInWindow } from "../polled/awake.ts";
import { missingReading } from "../polled/channel-values.ts";
import type { DeviceClock } from "../polled/device-clock.ts";
import { type Ask, askPatiently, type PolledMeter, type PollResult } from "../polled/polled-bus.ts";
import type { Asked, Question } from "../polled/question-line.ts";
import { MbusDataError } from "./errors.ts";
import { encodeMbusFrame, MBUS_CONTROL, MBUS_FCB, MBUS_SELECTED, type MbusFrame, MbusScanner } from "./frame.ts";
import { decodeMbusHeader, makerCode } from "./header.ts";
import { type FedChannel, fedChannels, type MbusReport, readingsOf } from "./readings.ts";
import { decodeMbusRecords, type MbusRecord } from "./records.ts";

type MbusUnit = BusOf<"mbus">["units"][number];
type LongFrame = Extract<MbusFrame, { kind: "long" }>;

export interface MbusMeterDeps {
  readonly unit: MbusUnit;
  readonly channels: ReadonlyMap<string, ChannelDescription>;
  readonly timeoutMs: number;
  readonly deviceClock: DeviceClock;
  readonly now: () => number;
  /** Real milliseconds that pass in one of the clock. */
  readonly realMsPerMs: number;
  readonly onStray: () => void;
}

/** Telegrams that one reading may take. */
const MAX_TELEGRAMS = 16;
/** Function of an answer with data, whatever its two access bits. */
const RSP_UD = 0x08;
const SELECT = 0x52;
/** Stands for any maker, version or medium. */
const ANY = 0xff;

/** What a reading came to, before its records are looked at. */
type Heard =
  | { readonly kind: "report"; readonly report: MbusReport; readonly tookMs: number }
  | { readonly kind: "fault"; readonly words: string }
  | { readonly kind: "timeout" | "disconnected" };

/** One meter on a wired M-Bus: how it is addressed, what its telegrams mean, and how it fares. */
export class MbusMeter implements PolledMeter {
  readonly meter: string;
  readonly periodMs: number;
  readonly #deps: MbusMeterDeps;
  readonly #fed: readonly FedChannel[];
  readonly #record = new UnitRecord();
  #frameCount = MBUS_FCB;
  #isReset = false;
  #lastGoodAt: number | null = null;
  #lastError: string | null = null;
  #state: UnitHealth["state"] = "good";

  constructor(deps: MbusMeterDeps) {
    this.#deps = deps;
    this.meter = deps.unit.meter;
    this.periodMs = deps.unit.periodS * 1000;
    this.#fed = fedChannels(deps.unit.channels, deps.channels);
  }

  isAwake(nowMs: number): boolean {
    return isInWindow(this.#deps.unit.awake, this.#deps.deviceClock.localMs(nowMs));
  }

  async poll(ask: Ask, retries: number): Promise<PollResult> {
    const heard = await this.#hear(ask, retries);
    if (heard.kind === "report") return this.#read(heard.report, heard.tookMs);
    this.#isReset = false;
    if (heard.kind === "fault") {
      this.#note("failing", heard.words);
      return { readings: this.absent(this.#deps.now(), "bad_status"), outcome: "answered" };
    }
    const isLost = heard.kind === "disconnected";
    this.#note("silent", isLost ? "the line is not connected" : "no answer");
    const readings = this.absent(this.#deps.now(), heard.kind);
    return { readings, outcome: isLost ? "disconnected" : "silent" };
  }

  async probe(ask: Ask, maxRealMs: number): Promise<boolean> {
    const reached = await this.#reach(async (question) => ask({ ...question, timeoutMs: maxRealMs }), 0);
    return reached === "ready";
  }

  absent(readAt: number, reason: MissingReason): Reading[] {
    return this.#fed.map(({ channel }) => missingReading(channel, readAt, reason));
  }

  health(): UnitHealth {
    const { meter } = this;
    const [lastGoodAt, lastError, state] = [this.#lastGoodAt, this.#lastError, this.#state];
    return { meter, state, lastGoodAt, lastError, ...this.#record.numbers() };
  }

  /** Everything that the meter has to say, in as many telegrams as it takes. */
  async #hear(ask: Ask, retries: number): Promise<Heard> {
    const reached = await this.#reach(ask, retries);
    if (reached !== "ready") return { kind: reached };
    const records: MbusRecord[] = [];
    for (let telegram = 0; telegram < MAX_TELEGRAMS; telegram++) {
      const asked = await askPatiently(ask, () => this.#question(this.#request(), this.#takeData()), retries);
      this.#count(asked);
      if (asked.kind !== "answer") return { kind: asked.kind };
      this.#frameCount ^= MBUS_FCB;
      const read = this.#decode(asked.answer);
      if (typeof read === "string") return { kind: "fault", words: read };
      records.push(...read.content.records);
      const report = { records, status: read.status };
      if (!read.content.hasMore) return { kind: "report", report, tookMs: asked.tookMs };
    }
    return { kind: "fault", words: `the meter has more than ${MAX_TELEGRAMS} telegrams to send` };
  }

  /** Resets the meter's count of frames, or selects it by its number: then it answers to FD. */
  async #reach(ask: Ask, retries: number): Promise<"ready" | "timeout" | "disconnected"> {
    const { address } = this.#deps.unit;
    if ("primary" in address && this.#isReset) return "ready";
    if (!("primary" in address)) {
      // Whoever was selected before forgets it; where nobody was, nobody answers.
      const reset = { kind: "short", control: MBUS_CONTROL.sndNke, address: MBUS_SELECTED } as const;
      const forgotten = await ask({
        ...this.#question(reset, takeAck()),
        timeoutMs: Math.min(500, this.#deps.timeoutMs),
      });
      if (forgotten.kind === "disconnected") return "disconnected";
    }
    const frame = "primary" in address ? this.#resetFrame(address.primary) : selectFrame(address);
    const asked = await askPatiently(ask, () => this.#question(frame, takeAck()), retries);
    this.#count(asked);
    this.#frameCount = MBUS_FCB;
    this.#isReset = asked.kind === "answer";
    return asked.kind === "answer" ? "ready" : asked.kind;
  }

  #resetFrame(address: number): MbusFrame {
    return { kind: "short", control: MBUS_CONTROL.sndNke, address };
  }

  #request(): MbusFrame {
    const control = MBUS_CONTROL.reqUd2 | this.#frameCount;
    return { kind: "short", control, address: this.#answersTo };
  }

  get #answersTo(): number {
    const { address } = this.#deps.unit;
    return "primary" in address ? address.primary : MBUS_SELECTED;
  }

  #question<Answer>(frame: MbusFrame, take: Question<Answer>["take"]): Question<Answer> {
    return { bytes: encodeMbusFrame(frame), timeoutMs: this.#deps.timeoutMs, take };
  }

  /** The data of this meter and of no other: one that answers late answers under its own address. */
  #takeData(): (bytes: Uint8Array) => LongFrame | undefined {
    const scanner = new MbusScanner();
    return (bytes) => {
      for (const frame of scanner.push(bytes)) {
        if (frame.kind !== "long") continue;
        if ((frame.control & 0xcf) === RSP_UD && this.#isOfMeter(frame)) return frame;
        this.#deps.onStray();
      }
      return undefined;
    };
  }

  /** By the address, or by the number in the header where it was selected by that. */
  #isOfMeter({ address, ci, data }: LongFrame): boolean {
    const wanted = this.#deps.unit.address;
    if ("primary" in wanted) return address === wanted.primary;
    if (ci !== 0x72 || data.length < 4) return true;
    const number = Buffer.from(data.subarray(0, 4)).reverse().toString("hex").toUpperCase();
    return [...wanted.number].every((digit, at) => digit === "F" || digit === number[at]);
  }

  #decode({ ci, data }: LongFrame) {
    try {
      const header = decodeMbusHeader(ci, data);
      if (header.configuration !== 0 && ((header.configuration >> 8) & 0x1f) !== 0)
        return "the meter encrypts its data on the wire, which is not decoded";
      return { status: header.status, content: decodeMbusRecords(header.body) };
    } catch (error) {
      if (error instanceof MbusDataError) return error.message;
      throw error;
    }
  }

  #read(report: MbusReport, tookMs: number): PollResult {
    const agentMs = Math.round(this.#deps.now() - tookMs / this.#deps.realMsPerMs / 2);
    const { deviceClock } = this.#deps;
    const { readings, readAt, fault } = readingsOf(report, this.#fed, { deviceClock, agentMs });
    const isWhole = readings.every(({ quality }) => quality !== "missing");
    if (isWhole) this.#lastGoodAt = readAt;
    this.#note(isWhole ? "good" : "failing", fault);
    return { readings, outcome: "answered" };
  }

  #count(asked: Asked<unknown>): void {
    if (asked.kind === "timeout") this.#record.timeout();
    if (asked.kind === "answer") this.#record.answer(asked.tookMs);
  }

  #note(state: UnitHealth["state"], error: string | null): void {
    this.#state = state;
    this.#lastError = error?.slice(0, 200) ?? null;
    this.#record.poll(state === "good");
  }
}

function takeAck(): (bytes: Uint8Array) => true | undefined {
  const scanner = new MbusScanner();
  return (bytes) => (scanner.push(bytes).some(({ kind }) => kind === "ack") ? true : undefined);
}

/** Selects a meter by its number; what is not given stands for any. */
function selectFrame(address: Exclude<MbusUnit["address"], { primary: number }>): MbusFrame {
  const maker = address.maker === undefined ? 0xffff : makerCode(address.maker);
  const number = Buffer.from(address.number, "hex").reverse();
  const data = Uint8Array.of(...number, maker & 0xff, maker >> 8, address.version ?? ANY, address.medium ?? ANY);
  return { kind: "long", control: MBUS_CONTROL.sndUd, address: MBUS_SELECTED, ci: SELECT, data };
}
