/** How a message was dealt with: 0, or the MQTT 5 reason for which it was not taken. */
export type Outcome = number;

interface Delivery {
  readonly messageId: number;
  outcome: Outcome | undefined;
}

/**
 * Messages of one connection that wait for their PUBACK. MQTT wants PUBACKs in the order of the messages
 * [MQTT-4.6.0-2], while batches are stored in any order: what is dealt with waits for those before it.
 */
export class Deliveries {
  readonly #puback: (messageId: number, outcome: Outcome) => void;
  #inOrder: Delivery[] = [];

  constructor(puback: (messageId: number, outcome: Outcome) => void) {
    this.#puback = puback;
  }

  /** Messages without a PUBACK. */
  get size(): number {
    return this.#inOrder.length;
  }

  /** Takes a message in, and gives what is to be called once it is dealt with. */
  begin(messageId: number): (outcome: Outcome) => void {
    const delivery: Delivery = { messageId, outcome: undefined };
    this.#inOrder.push(delivery);
    return (outcome) => {
      delivery.outcome ??= outcome;
      this.#flush();
    };
  }

  #flush(): void {
    let done = 0;
    for (const { messageId, outcome } of this.#inOrder) {
      if (outcome === undefined) break;
      this.#puback(messageId, outcome);
      done++;
    }
    if (done > 0) this.#inOrder = this.#inOrder.slice(done);
  }
}
