import { describe, expect, it } from "vitest";
import { approvalOf, formOf, isComplete, withQuantity } from "./form.ts";
import { guessChannel } from "./guess.ts";

const form = formOf(guessChannel({ channel: "X9.forward_total", announced: null, samples: [] }));

describe("an approval", () => {
  it("registers meter and channel as the form says", () => {
    expect(approvalOf({ ...form, serial: " 4711 " })).toEqual({
      kind: "new",
      meter: { new: { id: "X9", commodity: "water", purpose: "customer", periodS: 3600, model: "", serial: "4711" } },
      quantity: "forward_total",
      unit: "m3",
      resolution: 0.001,
    });
  });

  it("gives a gauge no resolution, and a meter that is there no second life", () => {
    const gauge = withQuantity({ ...form, isNewMeter: false }, "pressure");
    expect(approvalOf(gauge)).toEqual({ kind: "new", meter: { id: "X9" }, quantity: "pressure", unit: "kPa" });
  });

  it("makes it another name of a channel", () => {
    const existing = { ...form, kind: "existing", channel: " N1.forward_total ", sentUnit: "L" } as const;
    expect(approvalOf(existing)).toEqual({ kind: "existing", channel: "N1.forward_total", unit: "L" });
  });

  it("is not sent while something is missing", () => {
    expect(isComplete(form)).toBe(true);
    expect(isComplete({ ...form, meterId: "" })).toBe(false);
    expect(isComplete({ ...form, resolution: 0 })).toBe(false);
    expect(isComplete({ ...form, kind: "existing" })).toBe(false);
  });

  it("keeps the unit when it fits another quantity", () => {
    expect(withQuantity({ ...form, unit: "L" }, "reverse_total").unit).toBe("L");
    expect(withQuantity({ ...form, unit: "L" }, "flow").unit).toBe("m3/h");
  });
});
