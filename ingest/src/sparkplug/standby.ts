import { SPARKPLUG_ROOT } from "./topic.ts";

/** A message while nobody has taken it apart. */
export interface HeldMessage {
  readonly topic: string;
  readonly payload: Buffer;
  readonly heldAtMs: number;
}

/** The newest messages that came to a room that is not the host: should the host die, it goes on with them. */
export class Standby {
  readonly #most: { readonly ms: number; readonly bytes: number };
  #held: HeldMessage[] = [];
  #bytes = 0;

  constructor(most: { readonly ms: number; readonly bytes: number }) {
    this.#most = most;
  }

  get size(): number {
    return this.#held.length;
  }

  hold(message: HeldMessage): void {
    this.#held.push(message);
    this.#bytes += message.payload.length;
  }

  /** Whether the births of a node are among them, so that nobody need ask for them. */
  hasBirthOf({ group, node }: { readonly group: string; readonly node: string }): boolean {
    const topic = `${SPARKPLUG_ROOT}/${group}/NBIRTH/${node}`;
    return this.#held.some((message) => message.topic === topic);
  }

  /** Those that the host has had time enough to store, oldest first; `isHostKnown` false: only what there is no room for. */
  leaving(nowMs: number, isHostKnown: boolean): HeldMessage[] {
    let count = 0;
    for (const { payload, heldAtMs } of this.#held) {
      const isOld = isHostKnown && nowMs - heldAtMs > this.#most.ms;
      if (!isOld && this.#bytes <= this.#most.bytes) break;
      this.#bytes -= payload.length;
      count++;
    }
    return this.#held.splice(0, count);
  }

  /** All of them, oldest first. */
  takeAll(): HeldMessage[] {
    this.#bytes = 0;
    return this.#held.splice(0);
  }
}
