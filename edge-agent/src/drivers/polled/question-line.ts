import { realTimers, type Timers } from "../../timers.ts";
import type { ByteTransport } from "../../transports/byte-transport.ts";

export interface QuestionLineDeps {
  readonly transport: ByteTransport;
  /** Silence kept between an answer and the next question, real milliseconds. */
  readonly gapMs: number;
  /** Time that one byte takes on a serial wire; 0 where there is none. */
  readonly msPerByte: number;
  readonly timers?: Timers;
  /** Monotonic real milliseconds. */
  readonly realNow?: () => number;
}

/** One question: what is sent, and what its answer is. */
export interface Question<Answer> {
  readonly bytes: Uint8Array;
  /** Longest wait once the question has gone over the wire, real milliseconds. */
  readonly timeoutMs: number;
  /** Takes what comes in, piece by piece; gives the answer as soon as it is whole. */
  readonly take: (bytes: Uint8Array) => Answer | undefined;
}

/** What came of a question. No answer from a meter is an expected outcome, so it is a value and no exception. */
export type Asked<Answer> =
  | { readonly kind: "answer"; readonly answer: Answer; readonly tookMs: number }
  | { readonly kind: "timeout"; readonly tookMs: number }
  | { readonly kind: "disconnected"; readonly tookMs: number };

/** Questions and answers over a stream of bytes, one at a time. */
export class QuestionLine {
  readonly #deps: QuestionLineDeps;
  readonly #timers: Timers;
  readonly #realNow: () => number;
  #take: ((bytes: Uint8Array) => void) | undefined;
  #lost: (() => void) | undefined;
  #endedAtRealMs = Number.NEGATIVE_INFINITY;
  #strays = 0;
  #onOpen: () => void = () => undefined;

  constructor(deps: QuestionLineDeps) {
    this.#deps = deps;
    this.#timers = deps.timers ?? realTimers;
    this.#realNow = deps.realNow ?? (() => performance.now());
    deps.transport.onBytes((bytes) => (this.#take === undefined ? this.noteStray() : this.#take(bytes)));
    deps.transport.onLost(() => this.#lost?.());
    deps.transport.onOpen(() => this.#onOpen());
  }

  get isOpen(): boolean {
    return this.#deps.transport.isOpen;
  }

  get fault(): string | null {
    return this.#deps.transport.fault;
  }

  /** Answers that nobody waited for, or that were of another meter. */
  get strays(): number {
    return this.#strays;
  }

  noteStray(): void {
    this.#strays++;
  }

  /** Calls `listener` each time the line has become open. One listener. */
  onOpen(listener: () => void): void {
    this.#onOpen = listener;
  }

  open(): void {
    this.#deps.transport.open();
  }

  recycle(): void {
    this.#deps.transport.recycle();
  }

  close(): void {
    this.#deps.transport.close();
    this.#lost?.();
  }

  /** Asks once the line has been silent for its gap. Callers ask one question at a time. */
  async ask<Answer>(question: Question<Answer>): Promise<Asked<Answer>> {
    const waitMs = this.#endedAtRealMs + this.#deps.gapMs - this.#realNow();
    if (waitMs > 0) await new Promise<void>((resolve) => this.#timers.after(waitMs, resolve));
    if (!this.isOpen) return { kind: "disconnected", tookMs: 0 };
    return this.#exchange(question);
  }

  #exchange<Answer>(question: Question<Answer>): Promise<Asked<Answer>> {
    const askedAtRealMs = this.#realNow();
    return new Promise((resolve, reject) => {
      const wireMs = this.#deps.msPerByte * question.bytes.length;
      const cancel = this.#timers.after(question.timeoutMs + wireMs, () => settle({ kind: "timeout" }));
      const end = () => {
        cancel();
        this.#take = undefined;
        this.#lost = undefined;
        this.#endedAtRealMs = this.#realNow();
      };
      const settle = (outcome: { kind: "answer"; answer: Answer } | { kind: "timeout" | "disconnected" }) => {
        end();
        resolve({ ...outcome, tookMs: this.#endedAtRealMs - askedAtRealMs });
      };
      this.#take = (bytes) => {
        try {
          const answer = question.take(bytes);
          if (answer !== undefined) settle({ kind: "answer", answer });
        } catch (error) {
          // Thrown into the socket it would end the agent; thrown into the poll it ends that.
          end();
          reject(error);
        }
      };
      this.#lost = () => settle({ kind: "disconnected" });
      this.#deps.transport.write(question.bytes);
    });
  }
}
