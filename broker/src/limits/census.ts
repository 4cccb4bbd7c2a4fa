/** How many connections each identity has now. */
export class Census {
  readonly #counts = new Map<string, number>();

  of(identity: string): number {
    return this.#counts.get(identity) ?? 0;
  }

  enter(identity: string): void {
    this.#counts.set(identity, this.of(identity) + 1);
  }

  leave(identity: string): void {
    const left = this.of(identity) - 1;
    if (left > 0) this.#counts.set(identity, left);
    else this.#counts.delete(identity);
  }
}
