import { expect, it } from "vitest";
import type { Happening } from "../../api/queries.ts";
import { flowKnownAt, happenedBy, neighbourInstant } from "./known.ts";

const replay = { startAt: [0, 10, 20, 30], flowM3h: [1, 2, null, 4], stepMs: 10 };
const happening = (at: number): Happening => ({
  at,
  kind: "found",
  what: "BURST",
  text: { zh: "", en: "" },
  who: null,
  subject: "M1",
  anomalyId: null,
  valueM3h: null,
  limitM3h: null,
});

it("a flow is known once its interval is over, and the last one stays while nothing is measured", () => {
  expect([5, 10, 19, 20, 39, 40].map((at) => flowKnownAt(replay, at))).toEqual([null, 1, 1, 2, 2, 4]);
});

it("what happened later is not known yet", () => {
  const all = [happening(3), happening(7), happening(9)];
  expect(happenedBy(all, 7).map(({ at }) => at)).toEqual([7, 3]);
});

it("goes from happening to happening, and to the ends of the span", () => {
  const span = { from: 0, to: 20, happenings: [happening(3), happening(9)] };
  expect([neighbourInstant(span, 3, 1), neighbourInstant(span, 9, 1)]).toEqual([9, 20]);
  expect([neighbourInstant(span, 9, -1), neighbourInstant(span, 3, -1)]).toEqual([3, 0]);
});
