import { describe, expect, it } from "vitest";
import { RetainedMessages } from "./retained.ts";
import { covers } from "./topic-filter.ts";

const topics = ["a", "a/b", "a/b/c", "a/d/c", "x/b/c", "a//c"];
const filled = () => {
  const retained = new RetainedMessages<string>();
  for (const topic of topics) retained.set(topic, topic);
  return retained;
};

describe("RetainedMessages", () => {
  it.each(["a", "a/b/c", "a/+/c", "+/b/+", "a/#", "#", "+", "a/b/c/#", "a/b/c/d", "a//c", "none"])(
    "finds what matches %j, and nothing else",
    (filter) => {
      const expected = topics.filter((topic) => covers(filter, topic)).toSorted();
      expect(filled().matching(filter).toSorted()).toEqual(expected);
    },
  );

  it("keeps one message for each topic and forgets a deleted one with its levels", () => {
    const retained = filled();
    retained.set("a/b", "newer");
    expect(retained.matching("a/b")).toEqual(["newer"]);
    expect(retained.size).toBe(topics.length);
    for (const topic of [...topics, "never/there"]) retained.delete(topic);
    expect(retained.size).toBe(0);
    expect(retained.matching("#")).toEqual([]);
  });
});
