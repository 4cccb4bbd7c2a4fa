import { describe, expect, it } from "vitest";
import { reReadOrder } from "./re-read-order.ts";

const row = (id: string, agent: string | null, ...gaps: [from: number, to: number][]) => ({
  meter: { id, agent },
  gaps: gaps.map(([from, to]) => ({ from, to, periods: 1 })),
});

describe("reading again what is missing", () => {
  it("asks for every stretch, the newest first", () => {
    expect(reReadOrder([row("a", "t/1", [1, 2], [8, 9]), row("b", "t/2", [4, 6])])).toEqual({
      kind: "re-read",
      wanted: [
        { meter: "a", fromMs: 8, toMs: 9 },
        { meter: "b", fromMs: 4, toMs: 6 },
        { meter: "a", fromMs: 1, toMs: 2 },
      ],
    });
  });

  it("asks nobody for a meter that no agent reads, and for no more than a command takes", () => {
    expect(reReadOrder([row("a", null, [1, 2])])).toBeNull();
    const many = Array.from({ length: 600 }, (_, at): [number, number] => [at, at + 1]);
    expect(reReadOrder([row("a", "t/1", ...many)])?.wanted).toHaveLength(500);
  });
});
