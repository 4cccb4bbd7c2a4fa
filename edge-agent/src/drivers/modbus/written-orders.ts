import type { Logger } from "pino";
import { Pause, type Timers } from "../../timers.ts";
import type { WriteOrder, WriteResult } from "../driver.ts";
import { type PlannedWrite, plannedWrite, readBack, resultOf, verified } from "./bus-orders.ts";
import { type Look, lookOf, type PlannedConfirm, unconfirmable } from "./confirm.ts";
import type { LineAnswer, ModbusRequest, WriteRequest } from "./line.ts";
import type { UnitReader } from "./unit-reader.ts";

/** What orders to the units of a bus are carried out with. */
export interface WrittenOrdersDeps {
  readonly bus: string;
  readonly units: readonly UnitReader[];
  readonly logger: Logger;
  readonly timers: Timers;
  /** Monotonic real milliseconds. */
  readonly realNow: () => number;
  /** Runs something between two polls; gives `refusal` where it cannot. */
  readonly inTurn: <Result>(refusal: Result, run: () => Promise<Result>) => Promise<Result>;
  /** Asks a unit; `isOnce` asks a silent one no second time. */
  readonly ask: (unit: UnitReader, request: ModbusRequest, isOnce: boolean) => Promise<LineAnswer>;
  readonly broadcast: (request: WriteRequest) => Promise<LineAnswer>;
}

/** A meter that was told something is looked at this often, real milliseconds. */
const LOOK_MS = 1000;
/** One that does not answer is asked less often: each time costs the others a time-out. */
const SILENT_LOOK_MS = 5000;

/** Writes what people order, and looks until it has happened; the other units are polled meanwhile. */
export class WrittenOrders {
  readonly #deps: WrittenOrdersDeps;
  readonly #underWay = new Set<string>();
  readonly #waits = new Set<Pause>();
  #isClosed = false;

  constructor(deps: WrittenOrdersDeps) {
    this.#deps = deps;
  }

  async write(order: WriteOrder): Promise<WriteResult> {
    const planned = plannedWrite(order, this.#deps.units);
    if ("outcome" in planned) return planned;
    const { unit, confirm } = planned;
    if (unit !== undefined && this.#underWay.has(unit.meter))
      return { outcome: "busy", detail: `another order of meter ${unit.meter} is under way` };
    if (unit === undefined || confirm === undefined) return await this.#written(planned);
    this.#underWay.add(unit.meter);
    try {
      const written = await this.#written(planned);
      return written.outcome === "done" ? await this.#confirmed(unit, confirm) : written;
    } finally {
      this.#underWay.delete(unit.meter);
    }
  }

  /** Waits for nothing any more. */
  close(): void {
    this.#isClosed = true;
    for (const wait of this.#waits) wait.wake();
  }

  #written(planned: PlannedWrite): Promise<WriteResult> {
    return this.#deps.inTurn<WriteResult>({ outcome: "busy", detail: null }, () => this.#send(planned));
  }

  async #send({ unit, request, verify, confirm }: PlannedWrite): Promise<WriteResult> {
    const { bus, logger, ask, broadcast } = this.#deps;
    const why = unit && confirm && unconfirmable(confirm, await ask(unit, confirm.request, false));
    if (why !== undefined) return why;
    logger.info({ bus, meter: unit?.meter ?? "all", ...request }, "modbus: writing");
    if (unit === undefined) {
      const sent = await broadcast(request);
      return sent.kind === "written" ? { outcome: "sent", detail: null } : resultOf(sent);
    }
    const answer = await ask(unit, request, true);
    if (confirm !== undefined && isLost(answer)) return { outcome: "done", detail: null };
    if (answer.kind !== "written" || !verify) return resultOf(answer);
    return verified(request.values, await ask(unit, readBack(request), false));
  }

  async #confirmed(unit: UnitReader, confirm: PlannedConfirm): Promise<WriteResult> {
    const { realNow, inTurn, ask } = this.#deps;
    const untilRealMs = realNow() + confirm.rule.withinS * 1000;
    for (;;) {
      const unasked = lookOf(confirm, undefined);
      const look = await inTurn<Look>(unasked, async () => lookOf(confirm, await ask(unit, confirm.request, true)));
      const leftMs = untilRealMs - realNow();
      if (look.isDone || leftMs <= 0 || this.#isClosed) return look.result;
      await this.#wait(Math.min(leftMs, look.isAnswered ? LOOK_MS : SILENT_LOOK_MS));
    }
  }

  async #wait(ms: number): Promise<void> {
    const pause = new Pause(this.#deps.timers);
    this.#waits.add(pause);
    await pause.wait(ms);
    this.#waits.delete(pause);
  }
}

/** A valve may turn although its answer was lost: what it shows then counts. */
function isLost(answer: LineAnswer): boolean {
  return answer.kind === "disconnected" ? answer.wasAsked : resultOf(answer).outcome === "silent";
}
