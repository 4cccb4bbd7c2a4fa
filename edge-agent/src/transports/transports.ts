import type { Clock, Transport } from "@nightflow/domain";
import type { Logger } from "pino";
import type { ByteTransport } from "./byte-transport.ts";
import { DialInLine, DialInPort } from "./dial-in.ts";
import { KeptTransport } from "./kept-transport.ts";
import { connectSerial } from "./serial.ts";
import { connectTcp } from "./tcp.ts";
import { type UnknownDevice, UnknownDevices } from "./unknown-devices.ts";

/** Makes the byte transports of an agent's buses. There is one, since buses share the ports that devices dial. */
export class Transports {
  readonly #logger: Logger;
  readonly #unknown: UnknownDevices;
  readonly #ports = new Map<string, DialInPort>();

  constructor({ clock, logger }: { readonly clock: Clock; readonly logger: Logger }) {
    this.#logger = logger;
    this.#unknown = new UnknownDevices(clock, logger);
  }

  /** The transport that a configuration describes; nothing is opened before its `open`. */
  make(transport: Transport): ByteTransport {
    const logger = this.#logger;
    switch (transport.kind) {
      case "tcp":
        return new KeptTransport({ name: nameOf(transport), connect: connectTcp(transport), logger });
      case "serial":
        return new KeptTransport({ name: nameOf(transport), connect: connectSerial(transport), logger });
      case "dial-in":
        return new DialInLine(transport, this.#portOf(transport), logger);
    }
  }

  /** Devices that dialled in and were refused: how often, and the latest. */
  unknownDevices(): { readonly refused: number; readonly latest: readonly UnknownDevice[] } {
    return { refused: this.#unknown.refused, latest: this.#unknown.list() };
  }

  #portOf({ host, port }: Extract<Transport, { kind: "dial-in" }>): DialInPort {
    const key = `${host}:${port}`;
    const known = this.#ports.get(key);
    if (known !== undefined) return known;
    const made = new DialInPort({ host, port }, { logger: this.#logger, unknown: this.#unknown });
    this.#ports.set(key, made);
    return made;
  }
}

function nameOf(transport: Exclude<Transport, { kind: "dial-in" }>): string {
  return transport.kind === "tcp" ? `tcp ${transport.host}:${transport.port}` : `serial ${transport.path}`;
}
