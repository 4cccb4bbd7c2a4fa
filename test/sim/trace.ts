const KEPT_LINES = 200_000;
const FNV_PRIME = 0x0100_0193;

/** What happened in a simulation, line by line with virtual times, and a hash of it all. */
export class Trace {
  readonly #now: () => number;
  readonly #lines: string[] = [];
  #hash = 0x811c_9dc5;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Notes that `who` did or met something. */
  note(who: string, what: string): void {
    const line = this.#line(who, what);
    for (let at = 0; at < line.length; at++) this.#hash = Math.imul(this.#hash ^ line.charCodeAt(at), FNV_PRIME);
    this.#keep(line);
  }

  /** Keeps a line that is no part of what happened, such as a room's own log; the hash does not see it. */
  remark(text: string): void {
    this.#keep(this.#line("log", text.trimEnd()));
  }

  get lines(): readonly string[] {
    return this.#lines;
  }

  /** The same for two runs that went the same way. */
  get hash(): string {
    return (this.#hash >>> 0).toString(16).padStart(8, "0");
  }

  #line(who: string, what: string): string {
    return `${this.#now().toFixed(1).padStart(10)} ${who.padEnd(12)} ${what}`;
  }

  #keep(line: string): void {
    if (this.#lines.length < KEPT_LINES) this.#lines.push(line);
  }
}
