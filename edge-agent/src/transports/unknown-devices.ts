import type { Clock } from "@nightflow/domain";
import type { Logger } from "pino";

/** A device that dialled in and that no bus expects. */
export interface UnknownDevice {
  /** What it said, as text where it is text, else as hex. */
  readonly packet: string;
  readonly from: string;
  readonly port: number;
  readonly times: number;
  readonly lastAt: number;
}

/** The list is for people who look for a device; a stranger cannot make it longer than this. */
const MAX_LISTED = 50;

/** Who was refused: counted, and the latest listed, so that a mistyped registration is found. */
export class UnknownDevices {
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #listed = new Map<string, UnknownDevice>();
  #refused = 0;

  constructor(clock: Clock, logger: Logger) {
    this.#clock = clock;
    this.#logger = logger;
  }

  /** Connections refused since the start. */
  get refused(): number {
    return this.#refused;
  }

  /** The latest refused, newest first. */
  list(): UnknownDevice[] {
    return [...this.#listed.values()].reverse();
  }

  note(packet: string, from: string, port: number): void {
    this.#refused++;
    const key = `${port} ${packet}`;
    const known = this.#listed.get(key);
    // A device that calls every few seconds is told of once.
    if (known === undefined)
      this.#logger.warn({ packet, from, port }, "dial-in: refused, no bus has this registration");
    this.#listed.delete(key);
    this.#listed.set(key, { packet, from, port, times: (known?.times ?? 0) + 1, lastAt: this.#clock.now() });
    const [oldest] = this.#listed.keys();
    if (this.#listed.size > MAX_LISTED && oldest !== undefined) this.#listed.delete(oldest);
  }
}
