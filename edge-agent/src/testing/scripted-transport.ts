import type { ByteTransport } from "../transports/byte-transport.ts";
import { TransportListeners } from "../transports/byte-transport.ts";

/** A line of bytes without a wire: what is written is kept, and what arrives is what a test says. */
export class ScriptedTransport implements ByteTransport {
  readonly name = "scripted";
  readonly fault = null;
  isOpen = false;
  recycled = 0;
  readonly written: Buffer[] = [];
  readonly #listeners = new TransportListeners();

  open(): void {
    this.isOpen = true;
    this.#listeners.opened();
  }

  write(bytes: Uint8Array): void {
    this.written.push(Buffer.from(bytes));
  }

  /** Bytes come in from the far side. */
  arrive(bytes: Buffer): void {
    this.#listeners.bytes(bytes);
  }

  onBytes(listener: (bytes: Buffer) => void): void {
    this.#listeners.bytes = listener;
  }

  onOpen(listener: () => void): void {
    this.#listeners.opened = listener;
  }

  onLost(listener: () => void): void {
    this.#listeners.lost = listener;
  }

  recycle(): void {
    this.recycled++;
    this.release();
    this.open();
  }

  release(): void {
    this.isOpen = false;
    this.#listeners.lost();
  }

  close(): void {
    this.release();
  }
}
