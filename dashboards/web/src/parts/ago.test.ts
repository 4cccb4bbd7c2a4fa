import { describe, expect, it } from "vitest";
import { agoWords, spanWords } from "./ago.ts";

const NOW = Date.UTC(2026, 9, 1, 12);
const HOUR_MS = 3_600_000;

describe("ages in words", () => {
  it("says how old in the largest unit that fits", () => {
    expect(agoWords(NOW - 3 * HOUR_MS - 59_000, NOW, "en")).toBe("3 hours ago");
    expect(agoWords(NOW - 49 * HOUR_MS, NOW, "zh")).toBe("2天前");
  });

  it("says what is yet to come", () => {
    expect(agoWords(NOW + 2 * HOUR_MS, NOW, "en")).toBe("in 2 hours");
    expect(agoWords(NOW + 90_000, NOW, "zh")).toBe("1分钟后");
  });

  it("does not count seconds", () => {
    expect(agoWords(NOW - 20_000, NOW, "en")).toBe("just now");
    expect(agoWords(NOW, NOW, "zh")).toBe("刚刚");
  });

  it("names a span", () => {
    expect(spanWords(31 * HOUR_MS, "en")).toBe("1 day");
    expect(spanWords(5 * HOUR_MS, "zh")).toBe("5小时");
  });
});
