/** How long the beginning of a packet waits for its rest, real milliseconds. */
const REST_WAIT_MS = 100;

/**
 * Takes heartbeats and repeated registrations off a stream of bytes. They are known only at the beginning and at the end
 * of what arrives together: in the middle of an answer the same bytes are data.
 */
export class PacketFilter {
  readonly #packets: readonly Buffer[];
  readonly #pass: (bytes: Buffer) => void;
  #held: Buffer = Buffer.alloc(0);
  #timer: NodeJS.Timeout | undefined;

  constructor(packets: readonly Buffer[], pass: (bytes: Buffer) => void) {
    this.#packets = packets.filter(({ length }) => length > 0);
    this.#pass = pass;
  }

  push(bytes: Buffer): void {
    clearTimeout(this.#timer);
    const rest = stripped(this.#held.length === 0 ? bytes : Buffer.concat([this.#held, bytes]), this.#packets);
    this.#held = Buffer.alloc(0);
    if (rest.length === 0) return;
    if (!this.#packets.some((packet) => isBeginning(rest, packet))) {
      this.#pass(rest);
      return;
    }
    this.#held = rest;
    this.#timer = setTimeout(() => this.#release(), REST_WAIT_MS);
  }

  close(): void {
    clearTimeout(this.#timer);
  }

  #release(): void {
    const held = this.#held;
    this.#held = Buffer.alloc(0);
    this.#pass(held);
  }
}

/** Bytes without the packets that they begin and end with. */
export function stripped(bytes: Buffer, packets: readonly Buffer[]): Buffer {
  let rest = bytes;
  for (;;) {
    const head = packets.find((packet) => rest.subarray(0, packet.length).equals(packet));
    const tail = head ?? packets.find((packet) => rest.subarray(-packet.length).equals(packet));
    if (tail === undefined) return rest;
    rest = head === undefined ? rest.subarray(0, rest.length - tail.length) : rest.subarray(head.length);
  }
}

function isBeginning(bytes: Buffer, packet: Buffer): boolean {
  return bytes.length < packet.length && packet.subarray(0, bytes.length).equals(bytes);
}
