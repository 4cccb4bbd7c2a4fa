/** Counts those of each agent that stand in line. */
export class Line {
  readonly #counts = new Map<string, number>();

  /** Whether anyone of `agent` stands in line. */
  has(agent: string): boolean {
    return this.#counts.size > 0 && this.#counts.has(agent);
  }

  /** Joins the line; gives the way out of it, which may be taken twice. */
  enter(agent: string): () => void {
    let isIn = true;
    this.#counts.set(agent, (this.#counts.get(agent) ?? 0) + 1);
    return () => {
      if (isIn) this.#leave(agent);
      isIn = false;
    };
  }

  #leave(agent: string): void {
    const left = (this.#counts.get(agent) ?? 0) - 1;
    if (left > 0) this.#counts.set(agent, left);
    else this.#counts.delete(agent);
  }
}
