import type { Clock } from "@nightflow/domain";
import type { Logger } from "pino";
import type { Stranger } from "./byte-transport.ts";

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

/** A status has room for so many. */
const MAX_STRANGERS = 20;

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

  /** Those of one port, in few words. */
  strangersAt(port: number): Stranger[] {
    return this.list()
      .filter((device) => device.port === port)
      .slice(0, MAX_STRANGERS)
      .map(({ packet, times, lastAt }) => ({ name: packet.slice(0, 64), times, lastAt }));
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
