import { describe, expect, it } from "vitest";
import { type CommissionRead, judgeRead, standingOf } from "./judge.ts";

const size = { step: 0.001, q4M3h: 5 };
const read = (value: number | null, atS: number, dial: number | null = null): CommissionRead => ({
  id: String(atS),
  value,
  readAtMs: atS * 1000,
  dial,
});
const codes = (...reads: CommissionRead[]) => judgeRead(reads, size).map(({ code }) => code);

describe("what a read shows to the person before the meter", () => {
  it("fits the dial, but for what ran between the two looks", () => {
    expect(codes(read(1234.567, 0, 1234.566))).toEqual(["dialFits"]);
  });

  it("tells a wrong unit or pulse weight from a wrong meter", () => {
    expect(judgeRead([read(1234.567, 0, 1.234567)], size)).toMatchObject([{ code: "dialFactor", factor: 1 / 1000 }]);
    expect(codes(read(1234.567, 0, 777))).toEqual(["dialOther"]);
    expect(codes(read(-1234.567, 0, 1234.567))).toEqual(["dialSign"]);
  });

  it("says that nothing came, which is no zero", () => {
    expect(codes(read(null, 0, 5))).toEqual(["noAnswer"]);
  });

  it("is compared with the read before: rising, standing, falling, or faster than the meter can", () => {
    const rising = judgeRead([read(10, 0), read(10.002, 10)], size);
    expect(rising).toEqual([{ tone: "good", code: "rises", flowM3h: expect.closeTo(0.72) }]);
    expect(codes(read(10, 0), read(10, 10))).toEqual(["stands"]);
    expect(codes(read(10, 0), read(9.5, 10))).toEqual(["falls"]);
    expect(codes(read(10, 0), read(12, 10))).toEqual(["tooFast"]);
    expect(codes(read(10, 0), read(null, 5), read(10.002, 10))).toEqual(["rises"]);
  });
});

describe("a meter may be left", () => {
  const three = [read(10, 0, 10), read(10.002, 10), read(10.004, 20)];

  it("after three reads that fit its dial and each other", () => {
    expect(standingOf(three, size)).toBe("done");
    expect(standingOf(three.slice(0, 2), size)).toBe("notYet");
  });

  it("neither without a look at the dial, nor with a register that falls", () => {
    expect(standingOf([read(10, 0), ...three.slice(1)], size)).toBe("notYet");
    expect(standingOf([...three, read(9, 30)], size)).toBe("notYet");
  });

  it("although there was no answer at first, or the dial was mistyped, once three reads are good", () => {
    const before = [read(null, -30), read(9.99, -20, 1010)];
    expect(standingOf([...before, ...three.slice(0, 2)], size)).toBe("notYet");
    expect(standingOf([...before, ...three], size)).toBe("done");
  });

  it("that stood still all the while with a word of what is not proven", () => {
    expect(standingOf([read(10, 0, 10), read(10, 10), read(10, 20)], size)).toBe("doneStill");
  });
});
