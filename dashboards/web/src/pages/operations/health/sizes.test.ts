import { expect, it } from "vitest";
import { bytesText, msText } from "./sizes.ts";

it("a size has about three figures and its unit", () => {
  const sizes = [0, 999, 1200, 64_000_000, 1_234_000_000, 2.5e15];
  expect(sizes.map((bytes) => bytesText(bytes, "en"))).toEqual([
    "0 B",
    "999 B",
    "1.2 kB",
    "64 MB",
    "1.2 GB",
    "2,500 TB",
  ]);
  expect(bytesText(null, "zh")).toBe("–");
});

it("a machine's duration is told in the unit that it is read in", () => {
  expect([0, 3.42, 45, 1500, 90_000, 600_000].map((ms) => msText(ms, "en"))).toEqual([
    "0 ms",
    "3.4 ms",
    "45 ms",
    "1.5 s",
    "90 s",
    "10 min",
  ]);
  expect(msText(undefined, "en")).toBe("–");
});
