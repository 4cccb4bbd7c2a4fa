import { describe, expect, it } from "vitest";
import { flowText, moneyText, volumeText } from "./figures.ts";

describe("figures", () => {
  it("has its unit", () => {
    expect(flowText(12.44, "m3", "en")).toBe("12.4 m³/h");
    expect(flowText(0.0421, "Sm3", "zh")).toBe("0.042 Sm³/h");
    expect(volumeText(12_044.2, "m3", "en")).toBe("12,044 m³");
  });

  it("is a dash where there is no value, never zero", () => {
    expect(flowText(null, "m3", "en")).toBe("–");
    expect(moneyText(undefined, "CNY", "zh")).toBe("–");
  });

  it("writes money with its currency", () => {
    expect(moneyText(1234.5, "CNY", "zh")).toBe("¥1,235");
    expect(moneyText(4.5, "CNY", "en")).toBe("¥4.50");
  });
});
