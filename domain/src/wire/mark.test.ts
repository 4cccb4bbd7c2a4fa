import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { EMPTY_MARK, markHolds, markWith } from "./mark.ts";

const SEED = 20261123;
const seqs = fc.array(fc.integer({ min: 1, max: 60 }), { maxLength: 80 });
const markOf = (stored: readonly number[]) => stored.reduce(markWith, EMPTY_MARK);

describe("the mark of what is stored", () => {
  it("is the same in whatever order the batches came, repeats included", () => {
    const shuffled = seqs.chain((all) =>
      fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length })),
    );
    fc.assert(
      fc.property(shuffled, ([all, other]) => {
        expect(markOf(other)).toEqual(markOf(all));
      }),
      { seed: SEED },
    );
  });

  it("holds exactly what was stored", () => {
    fc.assert(
      fc.property(seqs, (all) => {
        const mark = markOf(all);
        const stored = new Set(all);
        for (let seq = 1; seq <= 61; seq++) expect(markHolds(mark, seq)).toBe(stored.has(seq));
      }),
      { seed: SEED },
    );
  });

  it("keeps above its contiguous seq only what lies beyond a hole, in order", () => {
    fc.assert(
      fc.property(seqs, (all) => {
        const { seq, above } = markOf(all);
        expect(above).not.toContain(seq + 1);
        expect(above.every((no, at) => no > seq + 1 && no > (above[at - 1] ?? 0))).toBe(true);
      }),
      { seed: SEED },
    );
  });

  it("takes a whole run at once when its hole closes", () => {
    expect(markOf([2, 3, 5])).toEqual({ seq: 0, above: [2, 3, 5] });
    expect(markWith(markOf([2, 3, 5]), 1)).toEqual({ seq: 3, above: [5] });
  });
});
