/** The fields of a queued packet that Aedes finds it by again. */
export interface QueuedPacket {
  readonly cmd?: string;
  readonly payload?: string | Uint8Array;
  readonly brokerId?: string;
  readonly brokerCounter?: number;
  messageId?: number | undefined;
}

/** How much one persistent session may keep. */
export interface QueueBounds {
  readonly maxMessages: number;
  readonly maxBytes: number;
}

/**
 * What waits for one persistent session: sent but not acknowledged, or not sent yet. Bounded in messages and bytes; the
 * oldest go first, because of acknowledgements and configuration only the newest counts.
 */
export class OfflineQueue {
  readonly #bounds: QueueBounds;
  #packets: QueuedPacket[] = [];
  #bytes = 0;

  constructor(bounds: QueueBounds) {
    this.#bounds = bounds;
  }

  get length(): number {
    return this.#packets.length;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Adds a packet and gives the number of older ones that had to go. */
  push(packet: QueuedPacket): number {
    this.#packets.push(packet);
    this.#bytes += sizeOf(packet);
    let gone = 0;
    while (
      this.#packets.length > this.#bounds.maxMessages ||
      (this.#bytes > this.#bounds.maxBytes && this.length > 1)
    ) {
      this.#takeAt(0);
      gone++;
    }
    return gone;
  }

  /** Notes the message id that a packet was sent under, or puts a PUBREL in the place of the message it belongs to. */
  update(packet: QueuedPacket): void {
    const at = this.#packets.findIndex((queued) => isSame(queued, packet));
    const queued = this.#packets[at];
    if (queued === undefined) return;
    if (queued.brokerId === packet.brokerId) queued.messageId = packet.messageId;
    else this.#replaceAt(at, packet);
  }

  /** Removes and gives the packet that was sent under a message id; undefined when there is none. */
  take(messageId: number | undefined): QueuedPacket | undefined {
    if (messageId === undefined) return undefined;
    const at = this.#packets.findIndex((queued) => queued.messageId === messageId);
    return at < 0 ? undefined : this.#takeAt(at);
  }

  /** The packets as they are sent to who comes back, oldest first: what was sent before says so ([MQTT-3.3.1-1]). */
  snapshot(): QueuedPacket[] {
    return this.#packets.map((packet) => (wasSent(packet) ? { ...packet, dup: true } : packet));
  }

  #replaceAt(at: number, packet: QueuedPacket): void {
    this.#bytes += sizeOf(packet) - sizeOf(this.#packets[at]);
    this.#packets[at] = packet;
  }

  #takeAt(at: number): QueuedPacket | undefined {
    const [packet] = this.#packets.splice(at, 1);
    this.#bytes -= sizeOf(packet);
    return packet;
  }
}

// A packet is known by the counter it was published under; a PUBREL has none and is known by its message id.
function isSame(queued: QueuedPacket, packet: QueuedPacket): boolean {
  if (queued.brokerId === packet.brokerId) return queued.brokerCounter === packet.brokerCounter;
  return queued.messageId === packet.messageId;
}

// A PUBREL has no such flag.
function wasSent({ cmd, messageId }: QueuedPacket): boolean {
  return messageId !== undefined && cmd !== "pubrel";
}

/** Bytes of payload. */
export function sizeOf(packet: QueuedPacket | undefined): number {
  return packet?.payload?.length ?? 0;
}
