import { ChannelDescription, channelIdOf, ID_PATTERN, type OpcUaBus } from "@nightflow/domain";
import type { Logger } from "pino";
import type { ItemBook } from "./item-book.ts";
import type { FoundNode } from "./link.ts";

/** Items that patterns have found on the server, each under the same channel at every connection. */
export class FoundItems {
  readonly #bus: Pick<OpcUaBus, "id" | "find" | "findMax" | "items">;
  readonly #book: ItemBook;
  readonly #logger: Logger;
  readonly #places = new Map<string, { readonly item: number; readonly channel: ChannelDescription }>();
  readonly #taken: ReadonlySet<string>;

  constructor(bus: Pick<OpcUaBus, "id" | "find" | "findMax" | "items">, book: ItemBook, logger: Logger) {
    this.#bus = bus;
    this.#book = book;
    this.#logger = logger;
    this.#taken = new Set(bus.items.map(({ channel }) => channel));
  }

  /** Channels of all that was found since the start. */
  get channels(): ChannelDescription[] {
    return [...this.#places.values()].map(({ channel }) => channel);
  }

  /** The item of each node: the same as before, a new one, or null where two nodes want one channel or an id is none. */
  take(nodes: readonly FoundNode[]): (number | null)[] {
    const given = new Set<string>();
    return nodes.map((node) => {
      const place = this.#placeOf(node, given);
      if (typeof place === "number") return place;
      this.#logger.warn({ bus: this.#bus.id, path: node.path, why: place }, "opcua: a node that was found is left out");
      return null;
    });
  }

  #placeOf(node: FoundNode, given: Set<string>): number | string {
    const rule = this.#bus.find[node.rule];
    if (rule === undefined) return "its pattern is gone";
    const meter = rule.meter.replaceAll(/\$(\d)/g, (_, number) => node.captures[Number(number) - 1] ?? "");
    const id = channelIdOf(meter, rule.quantity);
    if (!ID_PATTERN.test(meter) || !ID_PATTERN.test(id)) return `${meter} is no id of a meter`;
    if (given.has(id) || this.#taken.has(id)) return `channel ${id} is fed already`;
    given.add(id);
    const known = this.#places.get(id);
    if (known !== undefined) return known.item;
    if (this.#places.size >= this.#bus.findMax) return "more than findMax";
    const { quantity, unit, resolution, reporting, scale } = rule;
    const described = ChannelDescription.safeParse({ id, quantity, unit, resolution, reporting });
    if (!described.success) return described.error.issues[0]?.message ?? "its channel cannot be described";
    const item = this.#book.add({ meter, channel: described.data, scale });
    this.#places.set(id, { item, channel: described.data });
    return item;
  }
}
