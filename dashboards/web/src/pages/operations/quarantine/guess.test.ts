import { describe, expect, it } from "vitest";
import { guessChannel, isOfDevice, timeOf } from "./guess.ts";

const sample = (atMs: number) => JSON.stringify(["X9.forward_total", atMs, 5, 0]);
const guess = (channel: string, samples: string[] = []) => guessChannel({ channel, announced: null, samples });

describe("what an unknown channel most likely is", () => {
  it("is what its name says", () => {
    expect(guess("X9.forward_total")).toMatchObject({
      meterId: "X9",
      quantity: "forward_total",
      unit: "m3",
      commodity: "water",
    });
    expect(guess("G-1.vb_total")).toMatchObject({ quantity: "vb_total", unit: "Sm3", commodity: "gas" });
    expect(guess("dev:town:pump-1.line_pressure")).toMatchObject({
      meterId: "dev:town:pump-1",
      quantity: "pressure",
      unit: "kPa",
    });
    expect(guess("pump")).toMatchObject({ meterId: "pump", quantity: "forward_total" });
  });

  it("is what its agent says of it, before its name", () => {
    const announced = { quantity: "flow", unit: "Sm3/h", resolution: null } as const;
    expect(guessChannel({ channel: "X9.forward_total", announced, samples: [] })).toMatchObject({
      quantity: "flow",
      unit: "Sm3/h",
      commodity: "gas",
    });
  });

  it("comes as often as its samples do", () => {
    const quarter = 900_000;
    expect(
      guess(
        "X9.forward_total",
        [4, 3, 2, 0].map((no) => sample(no * quarter)),
      ).periodS,
    ).toBe(900);
    expect(guess("X9.forward_total", [sample(1)]).periodS).toBe(3600);
    expect(guess("X9.forward_total", ["{", "7", "null"]).periodS).toBe(3600);
  });
});

describe("a sample", () => {
  it("tells its time, whoever sent it", () => {
    expect(timeOf(sample(7))).toBe(7);
    expect(timeOf('{"field":"total","timeMs":8,"value":"1"}')).toBe(8);
    expect(timeOf("null")).toBeUndefined();
  });

  it("is of a device when a device sent it", () => {
    expect(isOfDevice(["town/gw-1"])).toBe(false);
    expect(isOfDevice(["dev/town/pump-1"])).toBe(true);
  });
});
