import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { TopicTree } from "./topic-tree.ts";

const SEED = 20261123;
const level = fc.constantFrom("a", "b", "c", "");
const topic = fc.array(level, { minLength: 1, maxLength: 4 }).map((levels) => levels.join("/"));
const filter = fc
  .tuple(fc.array(fc.oneof(level, fc.constant("+")), { minLength: 1, maxLength: 4 }), fc.boolean())
  .map(([levels, hasRest]) => (hasRest ? [...levels, "#"] : levels).join("/"));

/** The rule of MQTT 3.1.1, section 4.7, written down level by level. */
function matches(wanted: readonly string[], given: readonly string[]): boolean {
  if (wanted[0] === "#") return true;
  if (wanted.length === 0 || given.length === 0) return wanted.length === given.length;
  return (wanted[0] === "+" || wanted[0] === given[0]) && matches(wanted.slice(1), given.slice(1));
}

describe("TopicTree", () => {
  it("finds exactly the filters that match a topic", () => {
    fc.assert(
      fc.property(fc.array(filter, { maxLength: 12 }), topic, (filters, given) => {
        const tree = new TopicTree<number>();
        filters.forEach((wanted, no) => void tree.add(wanted, no));
        const expected = filters.flatMap((wanted, no) => (matches(wanted.split("/"), given.split("/")) ? [no] : []));
        expect(tree.match(given).sort((a, b) => a - b)).toEqual(expected);
      }),
      { seed: SEED },
    );
  });

  it("forgets what was removed, and only that", () => {
    fc.assert(
      fc.property(fc.array(filter, { minLength: 1, maxLength: 12 }), topic, (filters, given) => {
        const tree = new TopicTree<number>();
        filters.forEach((wanted, no) => void tree.add(wanted, no));
        const without = new TopicTree<number>();
        filters.slice(1).forEach((wanted, no) => void without.add(wanted, no + 1));
        tree.remove(filters[0] ?? "", 0);
        tree.remove("never/added", 99);
        expect(tree.match(given).sort()).toEqual(without.match(given).sort());
      }),
      { seed: SEED },
    );
  });

  it("`sport/#` hears `sport` itself", () => {
    const tree = new TopicTree<string>();
    tree.add("sport/#", "fan");
    expect(tree.match("sport")).toEqual(["fan"]);
  });
});
