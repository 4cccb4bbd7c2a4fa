interface Node<T> {
  readonly children: Map<string, Node<T>>;
  message: T | undefined;
}

const emptyNode = <T>(): Node<T> => ({ children: new Map(), message: undefined });

/** The retained message of each topic, found by filter along the levels that the filter leaves open. */
export class RetainedMessages<T> {
  readonly #root = emptyNode<T>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  set(topic: string, message: T): void {
    let node = this.#root;
    for (const level of topic.split("/")) {
      const child = node.children.get(level) ?? emptyNode<T>();
      node.children.set(level, child);
      node = child;
    }
    if (node.message === undefined) this.#size++;
    node.message = message;
  }

  delete(topic: string): void {
    this.#deleteBelow(this.#root, topic.split("/"), 0);
  }

  /** The messages whose topic matches `filter`. @see MQTT 3.1.1, section 4.7 */
  matching(filter: string): T[] {
    const found: T[] = [];
    this.#collect(this.#root, filter.split("/"), 0, found);
    return found;
  }

  #deleteBelow(node: Node<T>, levels: readonly string[], at: number): void {
    const level = levels[at];
    if (level === undefined) {
      if (node.message !== undefined) this.#size--;
      node.message = undefined;
      return;
    }
    const child = node.children.get(level);
    if (child === undefined) return;
    this.#deleteBelow(child, levels, at + 1);
    if (child.children.size === 0 && child.message === undefined) node.children.delete(level);
  }

  #collect(node: Node<T>, levels: readonly string[], at: number, found: T[]): void {
    const level = levels[at];
    if (level === undefined || level === "#") {
      if (node.message !== undefined) found.push(node.message);
      if (level === "#") for (const child of node.children.values()) this.#collect(child, levels, at, found);
      return;
    }
    if (level === "+") {
      for (const child of node.children.values()) this.#collect(child, levels, at + 1, found);
      return;
    }
    const child = node.children.get(level);
    if (child !== undefined) this.#collect(child, levels, at + 1, found);
  }
}
