import { realTimers, type Timers } from "../../timers.ts";
import type { ByteTransport, Stranger } from "../../transports/byte-transport.ts";
import type { Frame, FrameDecoder, Framing } from "./framing/framing.ts";
import type { Exchange, LineAnswer, LineRequest, MeterLine } from "./line.ts";
import { answerBytes, decodePdu, encodePdu, isRead } from "./pdu.ts";

export interface RequestLineDeps {
  readonly transport: ByteTransport;
  readonly framing: Framing;
  /** Silence kept between an answer and the next request. */
  readonly gapMs: number;
  /** Pause between the connection and the first request. */
  readonly settleMs: number;
  /** Time that one byte takes on a serial wire; 0 where there is none. */
  readonly msPerByte: number;
  readonly timers?: Timers;
  /** Monotonic real milliseconds. */
  readonly realNow?: () => number;
}

interface Pending {
  readonly request: LineRequest;
  readonly transactionId: number;
  /** Came in the time of the request, and may be a late answer to another one. */
  malformed: LineAnswer | undefined;
  settle(answer: LineAnswer): void;
}

/** A request whose answer may still come. */
interface Owed {
  readonly request: LineRequest;
  readonly untilRealMs: number;
}

/** No answer comes later than this, real milliseconds. */
const LATEST_MS = 15_000;
/** A unit that owes more answers than this is as good as silent. */
const MAX_OWED = 3;
/** Silence that tells that a late answer has been drained, real milliseconds. */
const QUIET_MS = 50;
/** Time that units take to act on a broadcast. @see Modbus over Serial Line V1.02, section 2.4.1 */
const TURNAROUND_MS = 150;

/**
 * Requests and answers over a stream of bytes, one at a time. Where the framing does not number requests, a late answer
 * would be taken for the next one's. So a unit that owes answers to other requests is asked once more for each of them, and
 * the last answer counts: units answer in turn, so it can be none of the old ones, however late they are.
 */
export class RequestLine implements MeterLine {
  readonly #deps: RequestLineDeps;
  readonly #decoder: FrameDecoder;
  readonly #timers: Timers;
  readonly #realNow: () => number;
  readonly #owed = new Map<number, Owed[]>();
  #pending: Pending | undefined;
  #lastId = 0;
  #openedAtRealMs = Number.NEGATIVE_INFINITY;
  #answeredAtRealMs = Number.NEGATIVE_INFINITY;
  #strayAtRealMs = Number.NEGATIVE_INFINITY;
  #strays = 0;
  #onOpen: () => void = () => undefined;
  #endWait: () => void = () => undefined;

  constructor(deps: RequestLineDeps) {
    this.#deps = deps;
    this.#decoder = deps.framing.decoder();
    this.#timers = deps.timers ?? realTimers;
    this.#realNow = deps.realNow ?? (() => performance.now());
    deps.transport.onBytes((bytes) => this.#take(bytes));
    deps.transport.onOpen(() => this.#opened());
    deps.transport.onLost(() => this.#lost());
  }

  get isOpen(): boolean {
    return this.#deps.transport.isOpen;
  }

  get fault(): string | null {
    return this.#deps.transport.fault;
  }

  get strangers(): readonly Stranger[] | undefined {
    return this.#deps.transport.strangers;
  }

  get strays(): number {
    return this.#strays;
  }

  onOpen(listener: () => void): void {
    this.#onOpen = listener;
  }

  open(): void {
    this.#deps.transport.open();
  }

  release(): void {
    this.#deps.transport.release();
  }

  recycle(): void {
    this.#deps.transport.recycle();
  }

  close(): void {
    this.#deps.transport.close();
    this.#lost();
  }

  async ask(request: LineRequest): Promise<Exchange> {
    let exchange = await this.#askOnce(request);
    for (let owed = this.#owedOthers(request); owed > 0 && isAnswer(exchange.answer); owed--)
      exchange = await this.#askOnce(request);
    return exchange;
  }

  async #askOnce(request: LineRequest): Promise<Exchange> {
    for (let waitMs = this.#waitMs(); waitMs > 0 && this.isOpen; waitMs = this.#waitMs()) await this.#wait(waitMs);
    return this.isOpen ? this.#exchange(request) : { answer: { kind: "disconnected", wasAsked: false }, tookMs: 0 };
  }

  /** Answers to other requests that could be taken for the answer to this one. */
  #owedOthers(request: LineRequest): number {
    // The answer to a write repeats it, so that a late one is known.
    if (this.#deps.framing.isNumbered || !isRead(request)) return 0;
    const nowRealMs = this.#realNow();
    const owed = (this.#owed.get(request.unitId) ?? []).filter(({ untilRealMs }) => untilRealMs > nowRealMs);
    if (owed.length === 0) this.#owed.delete(request.unitId);
    else this.#owed.set(request.unitId, owed);
    return owed.filter((each) => each.request.functionCode === request.functionCode && !isSame(each.request, request))
      .length;
  }

  /** How long the line must still be left alone, real milliseconds. */
  #waitMs(): number {
    const { gapMs, settleMs, framing, msPerByte } = this.#deps;
    const silenceMs = Math.max(gapMs, msPerByte > 0 ? Math.max(1.75, msPerByte * 3.5) : 0);
    const drainedAtRealMs = framing.isNumbered ? Number.NEGATIVE_INFINITY : this.#strayAtRealMs + QUIET_MS;
    const freeAtRealMs = Math.max(this.#openedAtRealMs + settleMs, this.#answeredAtRealMs + silenceMs, drainedAtRealMs);
    return freeAtRealMs - this.#realNow();
  }

  #wait(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#timers.after(ms, resolve);
      this.#endWait = () => {
        cancel();
        resolve();
      };
    });
  }

  #exchange(request: LineRequest): Promise<Exchange> {
    return new Promise((resolve) => {
      const askedAtRealMs = this.#realNow();
      const transactionId = this.#nextId();
      const pdu = encodePdu(request);
      this.#decoder.reset();
      const waitMs = request.isBroadcast ? TURNAROUND_MS : request.timeoutMs + this.#wireMs(request, pdu);
      const cancel = this.#timers.after(waitMs, () => this.#timedOut());
      const settle = (answer: LineAnswer) => {
        cancel();
        this.#pending = undefined;
        this.#answeredAtRealMs = this.#realNow();
        resolve({ answer, tookMs: this.#answeredAtRealMs - askedAtRealMs });
      };
      this.#pending = { request, transactionId, malformed: undefined, settle };
      this.#deps.transport.write(this.#deps.framing.encode({ unitId: request.unitId, pdu, transactionId }));
    });
  }

  #nextId(): number {
    this.#lastId = (this.#lastId + 1) & 0xffff;
    return this.#lastId;
  }

  /** Request and answer with their frames. */
  #wireMs(request: LineRequest, pdu: Buffer): number {
    return this.#deps.msPerByte * (pdu.length + 3 + (isRead(request) ? 5 + answerBytes(request) : 8));
  }

  #take(bytes: Buffer): void {
    const pending = this.#pending;
    const { unitId, functionCode } = pending?.request ?? {};
    const expected = unitId === undefined || functionCode === undefined ? undefined : { unitId, functionCode };
    const { frames, dropped, isBroken } = this.#decoder.push(bytes, expected);
    if (dropped > 0) this.#noteStray();
    for (const frame of frames) this.#takeFrame(frame);
    if (isBroken) this.recycle();
  }

  #takeFrame(frame: Frame): void {
    const pending = this.#pending;
    if (pending === undefined || pending.request.isBroadcast || !this.#isFor(pending, frame)) {
      this.#noteStray();
      return;
    }
    const answer = decodePdu(pending.request, frame.pdu);
    const isMalformed = answer?.kind === "exception" && answer.code === 0;
    if (answer !== undefined && (this.#deps.framing.isNumbered || !isMalformed)) {
      pending.settle(answer);
      return;
    }
    // Of the wrong length it may be late, and a better one may come.
    this.#noteStray();
    pending.malformed = answer;
  }

  #isFor({ request, transactionId }: Pending, frame: Frame): boolean {
    if (frame.unitId !== request.unitId) return false;
    return frame.transactionId === undefined || frame.transactionId === transactionId;
  }

  #timedOut(): void {
    const pending = this.#pending;
    if (pending === undefined) return;
    const { request } = pending;
    if (request.isBroadcast) {
      pending.settle({ kind: "written" });
      return;
    }
    const { isNumbered } = this.#deps.framing;
    if (!isNumbered) this.#noteOwed(request);
    const isOutOfStep = isNumbered && this.#decoder.held > 0;
    pending.settle(pending.malformed ?? { kind: "timeout" });
    // The rest of half an answer would be taken for the head of the next.
    if (isOutOfStep) this.recycle();
  }

  #noteOwed(request: LineRequest): void {
    const owed = this.#owed.get(request.unitId) ?? [];
    owed.push({ request, untilRealMs: this.#realNow() + LATEST_MS });
    this.#owed.set(request.unitId, owed.slice(-MAX_OWED));
  }

  /** Several pieces of one answer count once. */
  #noteStray(): void {
    const nowRealMs = this.#realNow();
    if (nowRealMs - this.#strayAtRealMs > QUIET_MS) this.#strays++;
    this.#strayAtRealMs = nowRealMs;
  }

  #opened(): void {
    this.#decoder.reset();
    this.#openedAtRealMs = this.#realNow();
    this.#onOpen();
  }

  #lost(): void {
    this.#pending?.settle({ kind: "disconnected", wasAsked: true });
    this.#endWait();
  }
}

function isAnswer(answer: LineAnswer): boolean {
  return answer.kind !== "timeout" && answer.kind !== "disconnected";
}

function isSame(a: LineRequest, b: LineRequest): boolean {
  if (a.functionCode !== b.functionCode || a.address !== b.address) return false;
  return isRead(a) && isRead(b) && a.quantity === b.quantity;
}
