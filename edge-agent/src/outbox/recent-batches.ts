/** Texts of batches that were just written, until they are sent for the first time: the disk need not give them back. */
export class RecentBatches {
  readonly #maxChars: number;
  readonly #texts = new Map<string, string>();
  #chars = 0;

  /** @param maxChars what they may hold together; the oldest give way. */
  constructor(maxChars: number) {
    this.#maxChars = maxChars;
  }

  add(epoch: string, seq: number, text: string): void {
    this.#texts.set(`${epoch}/${seq}`, text);
    this.#chars += text.length;
    for (const [key, oldest] of this.#texts) {
      if (this.#chars <= this.#maxChars) break;
      this.#texts.delete(key);
      this.#chars -= oldest.length;
    }
  }

  /** Takes one out; a second sending reads the disk. */
  take(epoch: string, seq: number): string | undefined {
    const key = `${epoch}/${seq}`;
    const text = this.#texts.get(key);
    if (text === undefined) return undefined;
    this.#texts.delete(key);
    this.#chars -= text.length;
    return text;
  }
}
