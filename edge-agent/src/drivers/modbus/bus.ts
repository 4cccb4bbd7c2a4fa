import type { Clock, LineHealth, Reading, UnitHealth } from "@nightflow/domain";
import type { Logger } from "pino";
import { Pause, realTimers, type Timers } from "../../timers.ts";
import type { ReadNowResult, RunningBus, WriteOrder, WriteResult } from "../driver.ts";
import { firstConnection } from "../polled/first-connection.ts";
import { LineWatch } from "../polled/line-watch.ts";
import { OrderQueue } from "../polled/order-queue.ts";
import { restAfter } from "../polled/rest-after.ts";
import {
  type Exchange,
  isBusyException,
  isOfUnit,
  type LineAnswer,
  type LineRequest,
  type MeterLine,
  type ModbusRequest,
  type WriteRequest,
} from "./line.ts";
import { LookQueue } from "./look-queue.ts";
import { phaseMs } from "./phases.ts";
import { BusSchedule } from "./schedule.ts";
import type { TimedAnswer, UnitReader } from "./unit-reader.ts";
import { WrittenOrders } from "./written-orders.ts";

/** What a bus does with its line. */
export interface ModbusBusSettings {
  readonly id: string;
  readonly timeoutMs: number;
  readonly retries: number;
  readonly spread: number;
  readonly idleCloseMs?: number | undefined;
}

export interface ModbusBusDeps {
  readonly bus: ModbusBusSettings;
  readonly units: readonly UnitReader[];
  readonly line: MeterLine;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly collect: (readings: readonly Reading[]) => void;
  readonly timers?: Timers;
  /** Monotonic real milliseconds. */
  readonly realNow?: () => number;
  readonly random?: () => number;
}

/** Longest wait for a line that was let go of, real milliseconds. */
const REOPEN_MS = 5000;

/** Polls the units of one Modbus line, one request at a time; orders of people go between two polls. */
export class ModbusBus implements RunningBus {
  readonly #deps: ModbusBusDeps;
  readonly #schedule: BusSchedule;
  readonly #pause: Pause;
  readonly #realNow: () => number;
  readonly #watch: LineWatch;
  readonly #cutOff = new Set<number>();
  readonly #orders: OrderQueue;
  readonly #looks: LookQueue;
  readonly #written: WrittenOrders;
  #askedAtRealMs = 0;
  #isReleased = false;
  #wasLostByAsking = false;
  #isClosed = false;
  readonly #done: Promise<void>;

  constructor(deps: ModbusBusDeps) {
    this.#deps = deps;
    this.#realNow = deps.realNow ?? (() => performance.now());
    this.#watch = new LineWatch(deps.line, this.#realNow);
    this.#pause = new Pause(deps.timers ?? realTimers);
    this.#orders = new OrderQueue(() => this.#pause.wake());
    this.#looks = new LookQueue(() => this.#pause.wake(), this.#realNow);
    this.#written = this.#openOrders();
    const { clock, bus, random } = deps;
    const units = deps.units.map((unit) => ({
      timeoutMs: unit.timeoutMs ?? bus.timeoutMs,
      groups: unit.groups.map(({ name, periodMs }) => ({
        periodMs,
        phaseMs: phaseMs(`${bus.id} ${unit.meter} ${name}`, periodMs, bus.spread),
      })),
    }));
    this.#schedule = new BusSchedule({ units, clock, ...(random && { random }) });
    deps.line.onOpen(() => this.#lineIsBack());
    deps.line.open();
    this.#done = this.#run();
  }

  /** Polls that were not made because their period was over before the bus was free. */
  get pollsSkipped(): number {
    return this.#schedule.skipped;
  }

  health(): UnitHealth[] {
    return this.#deps.units.map((unit, at) => ({
      ...unit.health(),
      ...(this.#schedule.isQuarantined(at) && { state: "silent" }),
      tooShort: this.#schedule.isTooShort(at),
    }));
  }

  lineHealth(): LineHealth {
    return { ...this.#watch.health(), ...(this.#isReleased && { fault: null }) };
  }

  readNow(meter: string): Promise<ReadNowResult> {
    const at = this.#deps.units.findIndex((unit) => unit.meter === meter);
    const unit = this.#deps.units[at];
    if (unit === undefined) return Promise.resolve({ outcome: "unknown-meter", readings: [] });
    return this.#orders.add<ReadNowResult>({ outcome: "busy", readings: [] }, () => this.#readAll(at, unit));
  }

  write(order: WriteOrder): Promise<WriteResult> {
    return this.#written.write(order);
  }

  look(request: LineRequest): Promise<Exchange> {
    return this.#looks.add(request, () => this.#askAside(request));
  }

  retry(meter?: string): number {
    const wanted = this.#deps.units.flatMap((unit, at) => (meter === undefined || unit.meter === meter ? [at] : []));
    const waiting = wanted.filter((at) => this.#schedule.isQuarantined(at) || this.#cutOff.has(at));
    for (const at of waiting) this.#schedule.forgive(at);
    if (!this.#deps.line.isOpen && !this.#isReleased) this.#deps.line.recycle();
    this.#pause.wake();
    return waiting.length;
  }

  /** Ends polling once the request in flight has come back. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#written.close();
    this.#deps.line.close();
    this.#pause.wake();
    await this.#done;
  }

  #openOrders(): WrittenOrders {
    const { bus, units, logger, timers = realTimers } = this.#deps;
    return new WrittenOrders({
      bus: bus.id,
      units,
      logger,
      timers,
      realNow: this.#realNow,
      inTurn: (refusal, run) => this.#orders.add(refusal, run),
      ask: async (unit, request, isOnce) => {
        const retries = isOnce ? 0 : (unit.retries ?? bus.retries);
        return (await this.#askPatiently(unit, request, retries)).answer;
      },
      broadcast: (request) => this.#broadcast(request),
    });
  }

  async #run(): Promise<void> {
    const { bus, logger, line } = this.#deps;
    await firstConnection(line, this.#pause, { stepMs: bus.timeoutMs, isOver: () => this.#isClosed });
    this.#schedule.begin();
    while (!this.#isClosed)
      await this.#step().catch((error: unknown) => restAfter(error, { bus: bus.id, logger, pause: this.#pause }));
    this.#looks.close();
    await this.#orders.close();
  }

  async #step(): Promise<void> {
    const order = this.#orders.next() ?? this.#looks.next(0);
    if (order !== undefined) return order();
    const action = this.#schedule.next(this.#realNow());
    if (action.kind === "wait") return this.#waitOrLook(action.realMs);
    const unit = this.#deps.units[action.unit];
    if (unit === undefined) return;
    if (action.kind === "poll") return this.#poll(action.unit, unit, action.group);
    if (action.kind === "probe") return this.#probe(action.unit, unit, action.maxRealMs);
    this.#deps.collect(unit.absent(action.group, this.#deps.clock.now(), "timeout"));
  }

  #waitOrLook(realMs: number): Promise<void> {
    const look = this.#looks.next(realMs);
    return look === undefined ? this.#idle(Math.min(realMs, this.#looks.waitMs())) : look();
  }

  /** Nothing is due. A line that others want too is let go of before long. */
  async #idle(realMs: number): Promise<void> {
    const { bus, line } = this.#deps;
    const idleMs = this.#realNow() - this.#askedAtRealMs;
    const closeInMs = bus.idleCloseMs === undefined || this.#isReleased ? 60_000 : bus.idleCloseMs - idleMs;
    if (closeInMs <= 0 && line.isOpen) {
      this.#isReleased = true;
      line.release();
    }
    await this.#pause.wait(Math.max(1, Math.ceil(Math.min(realMs, closeInMs <= 0 ? 60_000 : closeInMs))));
  }

  async #readAll(at: number, unit: UnitReader): Promise<ReadNowResult> {
    const readings: Reading[] = [];
    for (const group of unit.groups.keys()) {
      const result = await this.#pollGroup(at, unit, group);
      readings.push(...result.readings);
      if (result.outcome !== "answered") return { outcome: result.outcome, readings };
    }
    return { outcome: "answered", readings };
  }

  async #poll(at: number, unit: UnitReader, group: number): Promise<void> {
    await this.#pollGroup(at, unit, group);
  }

  async #pollGroup(at: number, unit: UnitReader, group: number) {
    const retries = unit.state === "silent" ? 0 : (unit.retries ?? this.#deps.bus.retries);
    const result = await unit.poll(group, (request) => this.#askPatiently(unit, request, retries));
    const { readings, outcome } = result;
    if (this.#isClosed && outcome === "disconnected") return result;
    this.#deps.collect(readings);
    if (outcome === "answered") this.#schedule.answered(at);
    else if (outcome === "silent") this.#silent(at, unit);
    else this.#cutOffBy(at, unit);
    return result;
  }

  /** The line went. A unit that takes it down again and again is set apart like a silent one, or nobody else is read. */
  #cutOffBy(at: number, unit: UnitReader): void {
    if (this.#wasLostByAsking) this.#silent(at, unit);
    if (!this.#schedule.isQuarantined(at)) this.#cutOff.add(at);
  }

  async #probe(at: number, unit: UnitReader, maxRealMs: number): Promise<void> {
    if (unit.probe === undefined) return;
    const { answer } = await this.#ask(unit, unit.probe, maxRealMs);
    if (!isOfUnit(answer)) return this.#schedule.silent(at, this.#realNow());
    this.#schedule.returned(at);
    this.#deps.logger.info({ bus: this.#deps.bus.id, meter: unit.meter }, "modbus: a meter answers again");
  }

  #silent(at: number, unit: UnitReader): void {
    const wasQuarantined = this.#schedule.isQuarantined(at);
    this.#schedule.silent(at, this.#realNow());
    if (this.#schedule.isQuarantined(at) && !wasQuarantined)
      this.#deps.logger.warn({ bus: this.#deps.bus.id, meter: unit.meter }, "modbus: a meter is silent and set apart");
  }

  async #broadcast(request: WriteRequest): Promise<LineAnswer> {
    await this.#reopen();
    const { bus, line } = this.#deps;
    return (await line.ask({ ...request, unitId: 0, isBroadcast: true, timeoutMs: bus.timeoutMs })).answer;
  }

  async #askPatiently(unit: UnitReader, request: ModbusRequest, retries: number): Promise<TimedAnswer> {
    for (let attempt = 0; ; attempt++) {
      const timed = await this.#ask(unit, request, unit.timeoutMs ?? this.#deps.bus.timeoutMs);
      if (attempt >= retries || !isWorthRepeating(timed.answer) || this.#isClosed) return timed;
    }
  }

  /**
   * One request. Its reading stands for the middle between question and answer, by monotonic time: a clock that is set
   * in between would put it years from either.
   */
  async #ask(unit: UnitReader, request: ModbusRequest, timeoutMs: number): Promise<TimedAnswer> {
    const { clock, line } = this.#deps;
    if (this.#isReleased) await this.#reopen();
    const { answer, tookMs } = await line.ask({ ...request, unitId: unit.unitId, timeoutMs });
    const readAt = Math.round(clock.now() - tookMs / clock.toRealMs(1) / 2);
    this.#askedAtRealMs = this.#realNow();
    this.#note(unit, answer, tookMs);
    return { answer, readAt };
  }

  /** A question about a unit that need be none of the bus's. */
  async #askAside(request: LineRequest): Promise<Exchange> {
    await this.#reopen();
    const exchange = await this.#deps.line.ask(request);
    this.#askedAtRealMs = this.#realNow();
    return exchange;
  }

  /** Connects a line that was let go of, for at most as long as a person would wait. */
  async #reopen(): Promise<void> {
    if (!this.#isReleased) return;
    this.#isReleased = false;
    this.#deps.line.open();
    if (!this.#deps.line.isOpen) await this.#pause.wait(REOPEN_MS);
  }

  #note(unit: UnitReader, answer: LineAnswer, tookMs: number): void {
    this.#wasLostByAsking = answer.kind === "disconnected" && answer.wasAsked;
    if (answer.kind === "disconnected") return;
    if (answer.kind === "exception") unit.record.exception();
    if (answer.kind === "timeout") unit.record.timeout();
    else unit.record.answer(tookMs);
    this.#watch.note(answer.kind === "exception" || answer.kind === "timeout" ? answer.kind : "answer", tookMs);
  }

  /** Units that missed their poll while the line was down are asked at once. */
  #lineIsBack(): void {
    for (const at of this.#cutOff) this.#schedule.dueNow(at);
    this.#cutOff.clear();
    this.#pause.wake();
  }
}

function isWorthRepeating(answer: LineAnswer): boolean {
  return answer.kind === "timeout" || (answer.kind === "exception" && isBusyException(answer.code));
}
