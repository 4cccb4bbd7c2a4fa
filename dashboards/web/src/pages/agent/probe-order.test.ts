import { expect, it } from "vitest";
import { FIRST_FORM, probeOrder } from "./probe-order.ts";

const form = { ...FIRST_FORM, bus: "old-town" };

it("a form without a block asks which units answer", () => {
  expect(probeOrder({ ...form, units: "1-3, 40" })).toEqual({
    order: { kind: "probe", bus: "old-town", options: { units: [1, 2, 3, 40], timeoutMs: 500 } },
  });
});

it("a block with the dial goes to one unit, over a line of its own where no bus is named", () => {
  const own = { ...form, bus: "", host: "10.0.0.7", units: "3", block: "4:0-39", dial: "12,5" };
  expect(probeOrder(own)).toMatchObject({
    order: {
      line: { transport: { host: "10.0.0.7", port: 502 }, framing: "tcp" },
      options: { read: { functionCode: 4, from: 0, to: 39 }, dial: "12,5" },
    },
  });
});

it("what cannot be asked is told by its field", () => {
  expect(probeOrder(FIRST_FORM)).toEqual({ fault: "line" });
  expect(probeOrder({ ...form, units: "9-1" })).toEqual({ fault: "units" });
  for (const block of ["3:0-200", "5:0-1", "x"]) expect(probeOrder({ ...form, block })).toEqual({ fault: "block" });
  expect(probeOrder({ ...form, block: "3:0-9" })).toEqual({ fault: "oneUnit" });
  expect(probeOrder({ ...form, units: "1", dial: "much" })).toEqual({ fault: "dial" });
});
