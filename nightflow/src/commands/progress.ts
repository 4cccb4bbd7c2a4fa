const SHOW_EVERY_MS = 200;
const SAY_EVERY_MS = 10_000;

/** How far a long piece of work is: on a terminal one line that changes, in a log a line every ten seconds. */
export class Progress {
  readonly #what: string;
  readonly #out: NodeJS.WriteStream;
  #shownAt = Date.now();
  #isLineOpen = false;

  constructor(what: string, out: NodeJS.WriteStream = process.stderr) {
    this.#what = what;
    this.#out = out;
  }

  show(done: number, total: number): void {
    const every = this.#out.isTTY ? SHOW_EVERY_MS : SAY_EVERY_MS;
    if (Date.now() - this.#shownAt < every) return;
    this.#shownAt = Date.now();
    const share = total === 0 ? 100 : Math.floor((done / total) * 100);
    const line = `${this.#what}: ${done.toLocaleString("en")} of ${total.toLocaleString("en")} (${share} %)`;
    this.#out.write(this.#out.isTTY ? `\r${line}` : `${line}\n`);
    this.#isLineOpen = this.#out.isTTY;
  }

  /** Clears the line that changes. */
  end(): void {
    if (this.#isLineOpen) this.#out.write("\r\u001b[K");
    this.#isLineOpen = false;
  }
}
