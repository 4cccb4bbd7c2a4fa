import { expect, it } from "vitest";
import { keepReads, keptReads } from "./kept-reads.ts";

function memory() {
  const held = new Map<string, string>();
  return {
    getItem: (key: string) => held.get(key) ?? null,
    setItem: (key: string, text: string) => void held.set(key, text),
  };
}

const kept = { reads: [{ id: "c-1", value: 10, readAtMs: 5, dial: null }], underWay: { id: "c-2", dial: 10.1 } };

it("the reads of a meter are there after the phone has slept, and those of another meter are not", () => {
  const storage = memory();
  keepReads("M-1", kept, storage);
  expect(keptReads("M-1", storage)).toEqual(kept);
  expect(keptReads("M-2", storage)).toEqual({ reads: [], underWay: null });
});

it("what cannot be kept or read costs no more than that", () => {
  const full = {
    getItem: () => "{torn",
    setItem: () => {
      throw new Error("no room");
    },
  };
  expect(() => keepReads("M-1", kept, full)).not.toThrow();
  expect(keptReads("M-1", full)).toEqual({ reads: [], underWay: null });
});
