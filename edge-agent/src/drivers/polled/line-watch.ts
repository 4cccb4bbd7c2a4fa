import type { LineHealth } from "@nightflow/domain";
import type { Stranger } from "../../transports/byte-transport.ts";
import { LoadMeter } from "../modbus/load-meter.ts";

/** The line of a bus, as far as its health goes. */
export interface WatchedLine {
  readonly isOpen: boolean;
  readonly fault: string | null;
  readonly strays: number;
  readonly strangers?: readonly Stranger[] | undefined;
  recycle(): void;
}

/** Time-outs in a row, over all meters, after which the connection is made anew: the far side may be gone silently. */
const TIMEOUTS_TO_RECYCLE = 4;

/** Counts what happens on a line, and has it made anew when nobody on it answers. */
export class LineWatch {
  readonly #line: WatchedLine;
  readonly #realNow: () => number;
  readonly #load: LoadMeter;
  readonly #counts = { requests: 0, timeouts: 0, exceptions: 0 };
  #timeoutsInRow = 0;

  constructor(line: WatchedLine, realNow: () => number) {
    this.#line = line;
    this.#realNow = realNow;
    this.#load = new LoadMeter(realNow());
  }

  /** A request is over, now. */
  note(outcome: "answer" | "exception" | "timeout", tookMs: number): void {
    const nowRealMs = this.#realNow();
    this.#load.add(nowRealMs - tookMs, nowRealMs);
    this.#counts.requests++;
    if (outcome === "exception") this.#counts.exceptions++;
    if (outcome === "timeout") this.#counts.timeouts++;
    this.#timeoutsInRow = outcome === "timeout" ? this.#timeoutsInRow + 1 : 0;
    if (this.#timeoutsInRow < TIMEOUTS_TO_RECYCLE) return;
    this.#timeoutsInRow = 0;
    this.#line.recycle();
  }

  health(): LineHealth {
    const { isOpen, fault, strays, strangers } = this.#line;
    return {
      isOpen,
      fault: fault?.slice(0, 300) ?? null,
      load: this.#load.share(this.#realNow()),
      ...this.#counts,
      strays,
      ...(strangers && { strangers: [...strangers] }),
    };
  }
}
