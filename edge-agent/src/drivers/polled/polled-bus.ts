import type { Clock, LineHealth, MissingReason, Reading, UnitHealth } from "@nightflow/domain";
import type { Logger } from "pino";
import { Pause, realTimers, type Timers } from "../../timers.ts";
import type { ReadNowResult, RunningBus, WriteOrder, WriteResult } from "../driver.ts";
import { BusSchedule } from "../modbus/schedule.ts";
import { firstConnection } from "./first-connection.ts";
import { LineWatch } from "./line-watch.ts";
import { OrderQueue } from "./order-queue.ts";
import type { Asked, Question, QuestionLine } from "./question-line.ts";
import { restAfter } from "./rest-after.ts";

/** What a poll brought. `silent`: the meter left a question unanswered. */
export interface PollResult {
  readonly readings: Reading[];
  readonly outcome: "answered" | "silent" | "disconnected";
}

/** Asks a question on the meter's line. */
export type Ask = <Answer>(question: Question<Answer>) => Promise<Asked<Answer>>;

/** One meter on a line that is asked question by question. */
export interface PolledMeter {
  readonly meter: string;
  readonly periodMs: number;
  /** Whether it would answer now; battery meters sleep. While it sleeps nothing is asked and nothing is missing. */
  isAwake(nowMs: number): boolean;
  /** Reads all of it. `retries`: how often an unanswered question is asked again. */
  poll(ask: Ask, retries: number): Promise<PollResult>;
  /** Asks something short, to see whether it is back. */
  probe(ask: Ask, maxRealMs: number): Promise<boolean>;
  /** A missing reading of every channel, for a boundary at which it could not be asked. */
  absent(readAt: number, reason: MissingReason): Reading[];
  /** Carries an order out, or says when to look again whether it has been. */
  write?(command: string, ask: Ask, attempt: number): Promise<WriteResult | { readonly againInMs: number }>;
  /** Fetches what its log holds of a time, epoch ms; undefined where it can hold nothing of it. */
  readBack?(ask: Ask, fromMs: number, toMs: number): Promise<ReadNowResult | undefined>;
  health(): UnitHealth;
}

export interface PolledBusDeps {
  readonly id: string;
  /** Name of the protocol, for logs. */
  readonly protocol: string;
  readonly timeoutMs: number;
  readonly retries: number;
  readonly meters: readonly PolledMeter[];
  readonly line: QuestionLine;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly collect: (readings: readonly Reading[]) => void;
  readonly timers?: Timers;
  /** Monotonic real milliseconds. */
  readonly realNow?: () => number;
  readonly random?: () => number;
}

/** Polls the meters of one slow line, one question at a time; orders of people go between two polls. */
export class PolledBus implements RunningBus {
  readonly #deps: PolledBusDeps;
  readonly #schedule: BusSchedule;
  readonly #pause: Pause;
  readonly #timers: Timers;
  readonly #realNow: () => number;
  readonly #watch: LineWatch;
  readonly #cutOff = new Set<number>();
  readonly #orders: OrderQueue;
  #isClosed = false;
  readonly #done: Promise<void>;

  constructor(deps: PolledBusDeps) {
    this.#deps = deps;
    this.#realNow = deps.realNow ?? (() => performance.now());
    this.#timers = deps.timers ?? realTimers;
    this.#pause = new Pause(this.#timers);
    this.#watch = new LineWatch(deps.line, this.#realNow);
    this.#orders = new OrderQueue(() => this.#pause.wake());
    const { clock, timeoutMs, random } = deps;
    const units = deps.meters.map(({ periodMs }) => ({ timeoutMs, groups: [{ periodMs, phaseMs: 0 }] }));
    this.#schedule = new BusSchedule({ units, clock, ...(random && { random }) });
    deps.line.onOpen(() => this.#lineIsBack());
    deps.line.open();
    this.#done = this.#run();
  }

  get pollsSkipped(): number {
    return this.#schedule.skipped;
  }

  health(): UnitHealth[] {
    return this.#deps.meters.map((meter, at) => ({
      ...meter.health(),
      ...(this.#schedule.isQuarantined(at) && { state: "silent" }),
      tooShort: this.#schedule.isTooShort(at),
    }));
  }

  lineHealth(): LineHealth {
    return this.#watch.health();
  }

  readNow(meter: string): Promise<ReadNowResult> {
    const at = this.#deps.meters.findIndex((one) => one.meter === meter);
    const found = this.#deps.meters[at];
    if (found === undefined) return Promise.resolve({ outcome: "unknown-meter", readings: [] });
    return this.#orders.add<ReadNowResult>({ outcome: "busy", readings: [] }, () => this.#poll(at, found));
  }

  readBack(meter: string, fromMs: number, toMs: number): Promise<ReadNowResult | undefined> {
    const found = this.#deps.meters.find((one) => one.meter === meter);
    if (found?.readBack === undefined) return Promise.resolve(undefined);
    return this.#orders.add<ReadNowResult | undefined>({ outcome: "busy", readings: [] }, async () => {
      const result = await found.readBack?.(this.#ask, fromMs, toMs);
      if (result !== undefined) this.#deps.collect(result.readings);
      return result;
    });
  }

  /** Carries an order out. A valve takes seconds to turn: other meters are read meanwhile. */
  async write(order: WriteOrder): Promise<WriteResult> {
    const { protocol, meters } = this.#deps;
    if (order.kind !== "command") return { outcome: "unsupported", detail: `${protocol} has no ${order.kind} orders` };
    const meter = meters.find((one) => one.meter === order.meter);
    if (meter === undefined) return { outcome: "unknown-meter", detail: null };
    if (meter.write === undefined) return { outcome: "unsupported", detail: `${protocol} meters take no orders` };
    for (let attempt = 0; ; attempt++) {
      const refusal = { outcome: "busy", detail: null } as const;
      const result = await this.#orders.add<WriteResult | { againInMs: number }>(
        refusal,
        async () => meter.write?.(order.command, this.#ask, attempt) ?? refusal,
      );
      if (!("againInMs" in result)) return result;
      await new Promise<void>((resolve) => this.#timers.after(result.againInMs, resolve));
    }
  }

  retry(meter?: string): number {
    const wanted = this.#deps.meters.flatMap((one, at) => (meter === undefined || one.meter === meter ? [at] : []));
    const waiting = wanted.filter((at) => this.#schedule.isQuarantined(at) || this.#cutOff.has(at));
    for (const at of waiting) this.#schedule.forgive(at);
    if (!this.#deps.line.isOpen) this.#deps.line.recycle();
    this.#pause.wake();
    return waiting.length;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#deps.line.close();
    this.#pause.wake();
    await this.#done;
  }

  async #run(): Promise<void> {
    const { id: bus, logger, line, timeoutMs } = this.#deps;
    await firstConnection(line, this.#pause, { stepMs: timeoutMs, isOver: () => this.#isClosed });
    this.#schedule.begin();
    while (!this.#isClosed)
      await this.#step().catch((error: unknown) => restAfter(error, { bus, logger, pause: this.#pause }));
    await this.#orders.close();
  }

  async #step(): Promise<void> {
    const order = this.#orders.next();
    if (order !== undefined) return order();
    const action = this.#schedule.next(this.#realNow());
    if (action.kind === "wait") return this.#pause.wait(Math.max(1, Math.ceil(Math.min(action.realMs, 60_000))));
    const meter = this.#deps.meters[action.unit];
    const nowMs = this.#deps.clock.now();
    if (meter === undefined) return;
    if (action.kind === "probe") return this.#probe(action.unit, meter, action.maxRealMs);
    if (!meter.isAwake(nowMs)) return;
    if (action.kind === "absent") return this.#deps.collect(meter.absent(nowMs, "timeout"));
    await this.#poll(action.unit, meter);
  }

  async #poll(at: number, meter: PolledMeter): Promise<PollResult> {
    const retries = meter.health().state === "silent" ? 0 : this.#deps.retries;
    const result = await meter.poll(this.#ask, retries);
    if (this.#isClosed && result.outcome === "disconnected") return result;
    this.#deps.collect(result.readings);
    if (result.outcome === "answered") this.#schedule.answered(at);
    else if (result.outcome === "silent") this.#silent(at, meter);
    else this.#cutOff.add(at);
    return result;
  }

  async #probe(at: number, meter: PolledMeter, maxRealMs: number): Promise<void> {
    const isBack = meter.isAwake(this.#deps.clock.now()) && (await meter.probe(this.#ask, maxRealMs));
    if (!isBack) return this.#schedule.silent(at, this.#realNow());
    this.#schedule.returned(at);
    const { id: bus, protocol, logger } = this.#deps;
    logger.info({ bus, meter: meter.meter }, `${protocol}: a meter answers again`);
  }

  #silent(at: number, meter: PolledMeter): void {
    const wasQuarantined = this.#schedule.isQuarantined(at);
    this.#schedule.silent(at, this.#realNow());
    const { id: bus, protocol, logger } = this.#deps;
    if (this.#schedule.isQuarantined(at) && !wasQuarantined)
      logger.warn({ bus, meter: meter.meter }, `${protocol}: a meter is silent and set apart`);
  }

  readonly #ask: Ask = async (question) => {
    const asked = await this.#deps.line.ask(question);
    if (asked.kind === "disconnected") return asked;
    this.#watch.note(asked.kind, asked.tookMs);
    return asked;
  };

  /** Meters that missed their poll while the line was down are asked at once. */
  #lineIsBack(): void {
    for (const at of this.#cutOff) this.#schedule.dueNow(at);
    this.#cutOff.clear();
    this.#pause.wake();
  }
}

/** Asks again what went unanswered, so many times. */
export async function askPatiently<Answer>(
  ask: Ask,
  question: () => Question<Answer>,
  retries: number,
): Promise<Asked<Answer>> {
  for (let attempt = 0; ; attempt++) {
    const asked = await ask(question());
    if (attempt >= retries || asked.kind !== "timeout") return asked;
  }
}
