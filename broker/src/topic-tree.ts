// Most levels are leaves of one agent's topics, ten thousand times: they hold neither an empty map nor an empty list.
interface Level<T> {
  children: Map<string, Level<T>> | undefined;
  listeners: readonly T[];
}

const NOBODY: readonly never[] = [];
const emptyLevel = <T>(): Level<T> => ({ children: undefined, listeners: NOBODY });

/**
 * Listeners by MQTT topic filter, found in one walk along a topic's levels.
 * @see MQTT 3.1.1, section 4.7: `+` is one level, `#` the parent and everything below
 */
export class TopicTree<T> {
  readonly #root = emptyLevel<T>();

  /** Adds a listener; the same one twice is heard twice. */
  add(filter: string, listener: T): void {
    let level = this.#root;
    for (const name of filter.split("/")) {
      level.children ??= new Map();
      const child = level.children.get(name) ?? emptyLevel<T>();
      level.children.set(name, child);
      level = child;
    }
    level.listeners = [...level.listeners, listener];
  }

  /** Takes one listener away, and the levels that nobody needs any more. */
  remove(filter: string, listener: T): void {
    this.#removeBelow(this.#root, filter.split("/"), 0, listener);
  }

  /** The listeners whose filter matches `topic`. */
  match(topic: string): T[] {
    const found: T[] = [];
    this.#collect(this.#root, topic.split("/"), 0, found);
    return found;
  }

  #removeBelow(level: Level<T>, names: readonly string[], at: number, listener: T): void {
    const name = names[at];
    if (name === undefined) {
      const where = level.listeners.indexOf(listener);
      if (where >= 0) level.listeners = level.listeners.toSpliced(where, 1);
      return;
    }
    const child = level.children?.get(name);
    if (child === undefined) return;
    this.#removeBelow(child, names, at + 1, listener);
    if (child.children === undefined && child.listeners.length === 0) level.children?.delete(name);
    if (level.children?.size === 0) level.children = undefined;
  }

  #collect(level: Level<T>, names: readonly string[], at: number, found: T[]): void {
    const { children } = level;
    const name = names[at];
    if (name === undefined) found.push(...level.listeners);
    if (children === undefined) return;
    const rest = children.get("#");
    if (rest !== undefined) found.push(...rest.listeners);
    if (name === undefined) return;
    const exact = children.get(name);
    if (exact !== undefined) this.#collect(exact, names, at + 1, found);
    const any = children.get("+");
    if (any !== undefined) this.#collect(any, names, at + 1, found);
  }
}
