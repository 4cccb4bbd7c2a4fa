import { describe, expect, it } from "vitest";
import { fuzz, sharesOf } from "./fuzz.ts";
import { TARGETS } from "./targets.ts";

/** Few of the ten million that `bench fuzz` gives, always the same. */
const INPUTS = 30_000;
const SEED = 20_260;
const shares = sharesOf(TARGETS, INPUTS);

describe("any bytes at all are borne by the decoder of", () => {
  it.each(TARGETS.map((target, at) => ({ target, name: target.name, inputs: shares[at] ?? 1 })))(
    "$name",
    ({ target, inputs }) => {
      const { failures, refused } = fuzz({ target, inputs, seed: SEED });
      expect(failures).toEqual([]);
      // All inputs refused would mean that none came in past the door.
      expect(refused).toBeLessThan(inputs);
    },
  );
});

describe("the fuzz itself", () => {
  const broken = { name: "broken", share: 1, seeds: [Uint8Array.of(1, 2, 3, 4)], isDeclared: () => false };

  it("finds an exception that is not declared, and a number that is none, and keeps the input", () => {
    const throws = fuzz({
      target: { ...broken, run: (bytes) => bytes.at(0) === 1 && missing() },
      inputs: 100,
      seed: 1,
    });
    expect(throws.failures[0]).toMatchObject({ kind: "exception", input: expect.stringMatching(/^01/) });
    const lies = fuzz({ target: { ...broken, run: () => ({ value: Number.NaN }) }, inputs: 1, seed: 1 });
    expect(lies.failures[0]).toMatchObject({ kind: "not a number", text: ".value is NaN" });
  });

  it("gives the same inputs by the same seed", () => {
    const seen = (seed: number) => {
      const inputs: string[] = [];
      fuzz({
        target: { ...broken, run: (bytes) => inputs.push(Buffer.from(bytes).toString("hex")) },
        inputs: 50,
        seed,
      });
      return inputs;
    };
    expect(seen(5)).toEqual(seen(5));
    expect(seen(5)).not.toEqual(seen(6));
  });
});

function missing(): never {
  throw new TypeError("cannot read");
}
