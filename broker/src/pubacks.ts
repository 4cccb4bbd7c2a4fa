import type { Client } from "aedes";
import { connectionOf, waitForDrain } from "./aedes-internals.ts";

const PUBACK = 0x40;
const BODY_BYTES = 2;
const PACKET_BYTES = 4;

/**
 * Writes the PUBACKs of readings that are stored: those of one commit that go to one client, in one write. Aedes would
 * write each in three parts, and thousands of them make a large share of what a reading costs.
 * @see MQTT 3.1.1, section 3.4, and MQTT 5, section 3.4.2.1: without a reason the PUBACK is the same
 */
export class Pubacks {
  #due = new Map<Client, number[]>();

  /** Acknowledges a packet in this turn of the event loop; calls `done` when the client may send more. */
  add(client: Client, messageId: number, done: () => void): void {
    if (this.#due.size === 0) process.nextTick(() => this.#flush());
    const ids = this.#due.get(client);
    if (ids === undefined) this.#due.set(client, [messageId]);
    else ids.push(messageId);
    // Who does not read what we write is not read from either, and is disconnected in the end.
    if (connectionOf(client).writableNeedDrain) waitForDrain(client, done);
    else done();
  }

  #flush(): void {
    const due = this.#due;
    this.#due = new Map();
    for (const [client, ids] of due) {
      const connection = connectionOf(client);
      if (!connection.destroyed && connection.writable) connection.write(packetsOf(ids));
    }
  }
}

function packetsOf(ids: readonly number[]): Buffer {
  const packets = Buffer.allocUnsafe(ids.length * PACKET_BYTES);
  let at = 0;
  for (const id of ids) {
    packets[at++] = PUBACK;
    packets[at++] = BODY_BYTES;
    packets[at++] = id >> 8;
    packets[at++] = id & 0xff;
  }
  return packets;
}
