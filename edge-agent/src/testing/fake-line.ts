import type { LineAnswer, LineRequest, MeterLine } from "../drivers/modbus/line.ts";
import type { Timers } from "../timers.ts";

/** How a fake unit answers; `afterMs` is its delay. */
export interface FakeUnit {
  readonly afterMs: number;
  readonly answer: (request: LineRequest) => LineAnswer;
}

/** A bus without a wire, for tests of timing. It fails the test when two requests are in flight. */
export class FakeLine implements MeterLine {
  isOpen = true;
  recycled = 0;
  readonly asked: {
    readonly unitId: number;
    readonly address: number;
    readonly words: number;
    readonly atMs: number;
  }[] = [];
  readonly units = new Map<number, FakeUnit>();
  readonly #time: Timers & { now(): number };
  #onOpen: () => void = () => undefined;
  #inFlight = 0;

  constructor(time: Timers & { now(): number }) {
    this.#time = time;
  }

  ask(request: LineRequest): Promise<LineAnswer> {
    if (!this.isOpen) return Promise.resolve({ kind: "disconnected" });
    if (++this.#inFlight > 1) throw new Error("two requests in flight");
    const { unitId, address, words } = request;
    this.asked.push({ unitId, address, words, atMs: this.#time.now() });
    const unit = this.units.get(unitId);
    const isAnswered = unit !== undefined && unit.afterMs <= request.timeoutMs;
    return new Promise((resolve) => {
      this.#time.after(isAnswered ? unit.afterMs : request.timeoutMs, () => {
        this.#inFlight--;
        resolve(isAnswered ? unit.answer(request) : { kind: "timeout" });
      });
    });
  }

  recycle(): void {
    this.recycled++;
  }

  onOpen(listener: () => void): void {
    this.#onOpen = listener;
  }

  setOpen(isOpen: boolean): void {
    this.isOpen = isOpen;
    if (isOpen) this.#onOpen();
  }

  close(): void {
    this.isOpen = false;
  }
}
