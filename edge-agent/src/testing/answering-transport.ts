import type { Timers } from "../timers.ts";
import { ScriptedTransport } from "./scripted-transport.ts";

/** What a far side sends back to some bytes, and after how long; nothing where it is silent. */
export type FarSide = (request: Buffer) => { readonly bytes: Uint8Array; readonly afterMs: number } | undefined;

/** A line whose far side answers by a function, in the time of a test. */
export class AnsweringTransport extends ScriptedTransport {
  readonly #timers: Timers;
  farSide: FarSide;

  constructor(timers: Timers, farSide: FarSide) {
    super();
    this.#timers = timers;
    this.farSide = farSide;
  }

  override write(bytes: Uint8Array): void {
    super.write(bytes);
    const answer = this.farSide(Buffer.from(bytes));
    if (answer !== undefined) this.#timers.after(answer.afterMs, () => this.arrive(Buffer.from(answer.bytes)));
  }
}
