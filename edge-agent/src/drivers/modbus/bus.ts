import type { BusOf, Clock, Reading, UnitHealth } from "@nightflow/domain";
import type { Logger } from "pino";
import type { PlannedRequest } from "../../profiles/plan.ts";
import { Pause, realTimers, type Timers } from "../../timers.ts";
import { isBusyException, isGatewayException, type LineAnswer, type MeterLine } from "./line.ts";
import { BusSchedule } from "./schedule.ts";
import type { TimedAnswer, UnitReader } from "./unit-reader.ts";

type ModbusTcpBus = BusOf<"modbus-tcp">;

export interface ModbusBusDeps {
  readonly bus: Pick<ModbusTcpBus, "id" | "timeoutMs" | "gapMs" | "retries">;
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

/** Time-outs in a row, over all units, after which the connection is made anew: the far side may be gone silently. */
const TIMEOUTS_TO_RECYCLE = 4;

/** Polls the units of one Modbus connection, one request at a time. */
export class ModbusBus {
  readonly #deps: ModbusBusDeps;
  readonly #schedule: BusSchedule;
  readonly #pause: Pause;
  readonly #realNow: () => number;
  readonly #cutOff = new Set<number>();
  #timeoutsInRow = 0;
  #isClosed = false;
  readonly #done: Promise<void>;

  constructor(deps: ModbusBusDeps) {
    this.#deps = deps;
    this.#realNow = deps.realNow ?? (() => performance.now());
    this.#pause = new Pause(deps.timers ?? realTimers);
    const { clock, units, bus, random } = deps;
    const periodsMs = units.map((unit) => unit.periodMs);
    const schedule = { periodsMs, timeoutMs: bus.timeoutMs, clock, ...(random && { random }) };
    this.#schedule = new BusSchedule(schedule);
    deps.line.onOpen(() => this.#lineIsBack());
    this.#done = this.#run();
  }

  /** Polls that were not made because their period was over before the bus was free. */
  get pollsSkipped(): number {
    return this.#schedule.skipped;
  }

  health(): UnitHealth[] {
    return this.#deps.units.map((unit, at) => {
      const health = unit.health();
      return this.#schedule.isQuarantined(at) ? { ...health, state: "silent" } : health;
    });
  }

  /** Ends polling once the request in flight has come back. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#deps.line.close();
    this.#pause.wake();
    await this.#done;
  }

  async #run(): Promise<void> {
    // The first polls wait for the first connection, or else all of them would be missing.
    if (!this.#deps.line.isOpen) await this.#pause.wait(this.#deps.bus.timeoutMs);
    while (!this.#isClosed) await this.#step();
  }

  async #step(): Promise<void> {
    const action = this.#schedule.next(this.#realNow());
    if (action.kind === "wait") return this.#pause.wait(Math.max(1, Math.ceil(Math.min(action.realMs, 60_000))));
    const unit = this.#deps.units[action.unit];
    if (unit === undefined) return;
    if (action.kind === "absent") return this.#deps.collect(unit.absent(this.#deps.clock.now(), "timeout"));
    if (action.kind === "poll") return this.#poll(action.unit, unit);
    return this.#probe(action.unit, unit, action.maxRealMs);
  }

  async #poll(at: number, unit: UnitReader): Promise<void> {
    const retries = unit.health().state === "silent" ? 0 : this.#deps.bus.retries;
    const { readings, outcome } = await unit.poll((request) => this.#askPatiently(unit, request, retries));
    if (this.#isClosed && outcome === "disconnected") return;
    this.#deps.collect(readings);
    if (outcome === "answered") this.#schedule.answered(at);
    else if (outcome === "silent") this.#silent(at, unit);
    else this.#cutOff.add(at);
  }

  async #probe(at: number, unit: UnitReader, maxRealMs: number): Promise<void> {
    if (unit.probe === undefined) return;
    const { answer } = await this.#ask(unit, unit.probe, maxRealMs);
    if (answer.kind !== "words" && !(answer.kind === "exception" && !isGatewayException(answer.code)))
      return this.#schedule.silent(at, this.#realNow());
    this.#schedule.answered(at);
    this.#schedule.dueNow(at);
    this.#deps.logger.info({ bus: this.#deps.bus.id, meter: unit.meter }, "modbus: a meter answers again");
  }

  #silent(at: number, unit: UnitReader): void {
    this.#schedule.silent(at, this.#realNow());
    if (this.#schedule.isQuarantined(at))
      this.#deps.logger.warn({ bus: this.#deps.bus.id, meter: unit.meter }, "modbus: a meter is silent and set apart");
  }

  async #askPatiently(unit: UnitReader, request: PlannedRequest, retries: number): Promise<TimedAnswer> {
    for (let attempt = 0; ; attempt++) {
      const timed = await this.#ask(unit, request, this.#deps.bus.timeoutMs);
      if (attempt >= retries || !isWorthRepeating(timed.answer)) return timed;
    }
  }

  /**
   * One request. Its reading stands for the middle between question and answer, by monotonic time: a clock that is set
   * in between would put it years from either.
   */
  async #ask(unit: UnitReader, request: PlannedRequest, timeoutMs: number): Promise<TimedAnswer> {
    const { clock, line, bus } = this.#deps;
    const askedAtRealMs = this.#realNow();
    const { functionCode, address, quantity, words } = request;
    const answer = await line.ask({ unitId: unit.unitId, functionCode, address, quantity, words, timeoutMs });
    const tookMs = (this.#realNow() - askedAtRealMs) / clock.toRealMs(1);
    const readAt = Math.round(clock.now() - tookMs / 2);
    this.#watchLine(answer);
    if (bus.gapMs > 0 && !this.#isClosed) await this.#pause.wait(bus.gapMs);
    return { answer, readAt };
  }

  #watchLine(answer: LineAnswer): void {
    this.#timeoutsInRow = answer.kind === "timeout" ? this.#timeoutsInRow + 1 : 0;
    if (this.#timeoutsInRow < TIMEOUTS_TO_RECYCLE) return;
    this.#timeoutsInRow = 0;
    this.#deps.line.recycle();
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
