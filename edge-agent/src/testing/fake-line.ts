import type { Exchange, LineAnswer, LineRequest, MeterLine } from "../drivers/modbus/line.ts";
import { answerBytes, isRead } from "../drivers/modbus/pdu.ts";
import type { Timers } from "../timers.ts";

/** How a fake unit answers; `afterMs` is its delay. */
export interface FakeUnit {
  readonly afterMs: number;
  readonly answer: (request: LineRequest) => LineAnswer;
}

/** A bus without a wire, for tests of timing. It fails the test when two requests are in flight. */
export class FakeLine implements MeterLine {
  isOpen = true;
  isReleased = false;
  readonly fault: string | null = null;
  readonly strays = 0;
  recycled = 0;
  readonly asked: (LineRequest & { readonly words: number; readonly atMs: number })[] = [];
  readonly units = new Map<number, FakeUnit>();
  readonly #time: Timers & { now(): number };
  #onOpen: () => void = () => undefined;
  #inFlight = 0;

  constructor(time: Timers & { now(): number }) {
    this.#time = time;
  }

  ask(request: LineRequest): Promise<Exchange> {
    if (!this.isOpen) return Promise.resolve({ answer: { kind: "disconnected", wasAsked: false }, tookMs: 0 });
    if (++this.#inFlight > 1) throw new Error("two requests in flight");
    const askedAtMs = this.#time.now();
    this.asked.push({ ...request, words: isRead(request) ? answerBytes(request) / 2 : 0, atMs: askedAtMs });
    const unit = this.units.get(request.unitId);
    const isAnswered = unit !== undefined && unit.afterMs <= request.timeoutMs;
    return new Promise((resolve) => {
      this.#time.after(isAnswered ? unit.afterMs : request.timeoutMs, () => {
        this.#inFlight--;
        const answer: LineAnswer = isAnswered ? unit.answer(request) : { kind: "timeout" };
        resolve({ answer, tookMs: this.#time.now() - askedAtMs });
      });
    });
  }

  open(): void {
    if (!this.isReleased) return;
    this.isReleased = false;
    this.setOpen(true);
  }

  release(): void {
    this.isReleased = true;
    this.isOpen = false;
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
