/** Longest input that is kept for the watch. */
const MAX_BYTES = 8192;
const HEAD = 2;

/**
 * Memory that a worker shares with who watches it: how many inputs it has begun, and the one that it is at. A worker that
 * hangs cannot say so itself.
 */
export class WatchedInput {
  readonly buffer: SharedArrayBuffer;
  readonly #head: Int32Array;
  readonly #bytes: Uint8Array;

  constructor(buffer = new SharedArrayBuffer(HEAD * 4 + MAX_BYTES)) {
    this.buffer = buffer;
    this.#head = new Int32Array(buffer, 0, HEAD);
    this.#bytes = new Uint8Array(buffer, HEAD * 4);
  }

  /** How many inputs have been begun. */
  get begun(): number {
    return Atomics.load(this.#head, 0);
  }

  /** The input that is being decoded, hex. */
  get input(): string {
    return Buffer.from(this.#bytes.slice(0, Atomics.load(this.#head, 1))).toString("hex");
  }

  begin(bytes: Uint8Array): void {
    const kept = bytes.subarray(0, MAX_BYTES);
    this.#bytes.set(kept);
    Atomics.store(this.#head, 1, kept.length);
    Atomics.add(this.#head, 0, 1);
  }
}
