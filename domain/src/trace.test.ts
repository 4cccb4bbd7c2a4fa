import { expect, test } from "vitest";
import { parseTraceparent, traceOfBatch, traceOfCommit, traceparentOf } from "./trace.ts";

test("every process gives a batch the same trace, and each batch another", () => {
  expect(traceOfBatch("town/a1", "e1", 7)).toEqual(traceOfBatch("town/a1", "e1", 7));
  const ids = new Set(Array.from({ length: 20_000 }, (_, seq) => traceOfBatch("town/a1", "e1", seq).traceId));
  expect(ids.size).toBe(20_000);
  expect(traceOfCommit(7).traceId).toMatch(/^[0-9a-f]{32}$/);
});

test("trace ids are spread evenly, so that a tenth of the batches is a tenth of the ids", () => {
  let low = 0;
  for (let seq = 0; seq < 20_000; seq++) {
    const { traceId } = traceOfBatch("town/a1", "e1", seq);
    if (Number.parseInt(traceId.slice(0, 8), 16) < 0x1_0000_0000 / 10) low++;
  }
  expect(low / 20_000).toBeCloseTo(0.1, 1);
});

test("a traceparent comes back as the place it was made from, and what is none is refused", () => {
  const place = traceOfBatch("town/a1", "e1", 7);
  expect(parseTraceparent(traceparentOf(place))).toEqual(place);
  for (const bad of [undefined, "", "00-1-2-3", `01-${place.traceId}-${place.spanId}-01`])
    expect(parseTraceparent(bad)).toBeUndefined();
});
