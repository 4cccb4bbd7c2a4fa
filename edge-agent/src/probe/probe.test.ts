import { faultsOfVectors } from "@nightflow/domain";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { LineAnswer } from "../drivers/modbus/line.ts";
import { loadProfiles } from "../profiles/library.ts";
import { readBlock } from "./block.ts";
import { judgeSamples } from "./commission.ts";
import { decodingsAt, decodingsOf, orderVotes } from "./decodings.ts";
import { addressBaseOf, chanceMatches, type Dial, type DialMatch, matchDial, parseDial } from "./dial.ts";
import { sampleOf } from "./meter-read.ts";
import { parseProbeOptions } from "./options.ts";
import { profileStub } from "./stub.ts";

const SEED = { seed: 20_265, numRuns: 150 };

function dial(text: string): Dial {
  const parsed = parseDial(text);
  if (parsed === undefined) throw new Error(text);
  return parsed;
}

type Order = "ABCD" | "CDAB" | "BADC" | "DCBA";

function wordsIn(order: Order, size: number, write: (bytes: Buffer) => void): number[] {
  const bytes = Buffer.alloc(size);
  write(bytes);
  const words = Array.from({ length: size / 2 }, (_, at) => bytes.readUInt16BE(at * 2));
  if (order === "CDAB" || order === "DCBA") words.reverse();
  return order === "BADC" || order === "DCBA" ? words.map((word) => ((word & 0xff) << 8) | (word >> 8)) : words;
}

const float32 = (value: number, order: Order = "ABCD") => wordsIn(order, 4, (bytes) => void bytes.writeFloatBE(value));
const int32 = (value: number, order: Order = "ABCD") => wordsIn(order, 4, (bytes) => void bytes.writeInt32BE(value));
const format = ({ at, parts, composition, scale }: DialMatch) =>
  `${at} ${composition} ${parts.map(({ type, order }) => `${type} ${order}`).join("+")} x${scale}`;
const best = (words: readonly number[], text: string) => {
  const [match] = matchDial({ words, dial: dial(text) });
  return match === undefined ? "nothing" : format(match);
};
/** Registers of a meter that are not the total: a flow, a velocity, a temperature, zeros. */
const NOISE = [...float32(45.2), ...float32(1.3), ...float32(18.5), 0, 0, 7, 0xffff];

describe("what a dial says of the words of a meter", () => {
  it("finds a double, high word first, and its place", () => {
    const words = wordsIn("ABCD", 8, (bytes) => void bytes.writeDoubleBE(123_456.789));
    expect(best([...NOISE, ...words, 0, 0], "123456.789")).toBe("10 single float64 ABCD x1");
  });

  it("finds a whole and its fraction, low word first, before either alone", () => {
    const words = [...int32(123_456, "CDAB"), ...float32(0.789, "CDAB")];
    expect(best([...NOISE, ...words], "123456.789")).toBe("10 intPlusFraction int32 CDAB+float32 CDAB x1");
  });

  it("finds hundreds and the rest", () => {
    expect(best([...NOISE, ...float32(1234), ...float32(56.57)], "123456.57")).toBe(
      "10 hundredsPlusRest float32 ABCD+float32 ABCD x1",
    );
  });

  it("finds a count of litres behind a dial of cubic metres", () => {
    expect(best([...NOISE, ...int32(5_432_109, "CDAB")], "5432.109")).toBe("10 single int32 CDAB x0.001");
  });

  it("finds packed decimals", () => {
    expect(best([...NOISE, 0x1234, 0x5678], "123456.78")).toBe("10 single bcd32 ABCD x0.01");
  });

  it("finds any single in any order, whatever is around it", () => {
    const orders = fc.constantFrom("ABCD", "CDAB", "BADC", "DCBA" as const);
    fc.assert(
      fc.property(fc.integer({ min: 100_000, max: 9_999_999 }), orders, (tenths, order) => {
        const words = [...NOISE, ...float32(tenths / 10, order)];
        const found = matchDial({ words, dial: dial((tenths / 10).toFixed(1)) }).slice(0, 3);
        expect(found.map(format)).toContain(`10 single float32 ${order} x1`);
      }),
      SEED,
    );
  });

  it("allows the meter to have moved on since it was looked at, and nothing else", () => {
    expect(best(float32(1234.6), "1234.5")).toBe("0 single float32 ABCD x1");
    expect(matchDial({ words: float32(1240), dial: dial("1234.5") })).toEqual([]);
  });

  it("keeps by a second look only what both looks give", () => {
    const first = { words: [...int32(12, "CDAB"), ...int32(12)], dial: dial("12") };
    const second = { words: [...int32(12, "CDAB"), ...int32(19)], dial: dial("19") };
    expect(matchDial(second, first).map(({ at }) => at)).toEqual(expect.arrayContaining([2]));
    expect(matchDial(second, first).some(({ at, parts }) => at === 0 && parts[0]?.order === "CDAB")).toBe(false);
  });

  it("says when a dial of few digits proves little", () => {
    const words = [...NOISE, ...int32(12)];
    expect(chanceMatches(words, dial("12"))).toBeGreaterThan(0.2);
    expect(chanceMatches(words, dial("123456.789"))).toBeLessThan(0.2);
  });

  it("reads numbers as people write them, and refuses what is none", () => {
    expect(["1234.5", "1234,5", "00123"].map((text) => parseDial(text)?.value)).toEqual([1234.5, 1234.5, 123]);
    expect(["", "12a", "1.2.3", "1e5"].map(parseDial)).toEqual([undefined, undefined, undefined, undefined]);
  });

  it("tells from where a manual counts, and when it is no usual number", () => {
    expect([addressBaseOf(40_009, 8), addressBaseOf(9, 8), addressBaseOf(8, 8), addressBaseOf(40_011, 8)]).toEqual([
      40_001,
      1,
      0,
      null,
    ]);
  });
});

describe("what the words say by themselves", () => {
  it("is the order in which the most singles are of a size that meters show", () => {
    const block = (order: Order) => [45.2, 1.31, 1482.5, 123.45].flatMap((value) => float32(value, order));
    for (const order of ["ABCD", "CDAB", "BADC", "DCBA"] as const)
      expect(orderVotes(block(order))?.[0]?.order).toBe(order);
    expect(orderVotes([0, 0, 0, 0])).toBeNull();
  });

  it("is every number at every place, and never one that is none", () => {
    const decodings = decodingsOf([0x7fc0, 0, 0xffff, 0x0001, 0x0002]);
    expect(decodings.length).toBeGreaterThan(40);
    expect(decodings.every(({ value }) => typeof value === "bigint" || Number.isFinite(value))).toBe(true);
    expect(decodingsAt([0x4234, 0], 0)).toContainEqual({ at: 0, type: "float32", order: "ABCD", value: 45 });
  });
});

describe("reading a block", () => {
  const unit = (has: (address: number) => boolean, longest = 125) => {
    const asked: number[] = [];
    const ask = async (_code: 3 | 4, address: number, count: number): Promise<LineAnswer> => {
      asked.push(count);
      if (count > longest) return { kind: "timeout" };
      const words = Array.from({ length: count }, (_, at) => address + at);
      return words.every(has) ? { kind: "words", words } : { kind: "exception", code: 2, text: "illegal address" };
    };
    return { asked, ask };
  };

  it("goes around the addresses that the unit does not have", async () => {
    const { ask } = unit((address) => address < 10 || (address >= 25 && address < 30));
    const { runs, refused } = await readBlock(ask, 3, 0, 39);
    expect(runs.map(({ from, words }) => [from, words.length])).toEqual([
      [0, 10],
      [25, 5],
    ]);
    expect(refused).toEqual([
      [10, 24],
      [30, 39],
    ]);
  });

  it("asks for less where long requests go unanswered, as with a meter that takes 20 registers", async () => {
    const { ask, asked } = unit(() => true, 20);
    const { runs } = await readBlock(ask, 4, 0, 99);
    expect([runs.length, runs[0]?.words.length]).toEqual([1, 100]);
    expect(asked.filter((count) => count > 20)).toHaveLength(1);
  });

  it("gives up on a unit that says nothing, and says so", async () => {
    const { ask, asked } = unit(() => true, 0);
    const { runs, lastFault } = await readBlock(ask, 3, 0, 999);
    expect([runs, lastFault, asked.length <= 3]).toEqual([[], "no answer", true]);
  });
});

describe("commissioning a meter by three readings", () => {
  const samples = (totals: readonly (number | null)[], flow: number | null, everyS = 60) =>
    totals.map((totalM3, at) => ({ atMs: at * everyS * 1000, totalM3, flowM3h: flow }));
  const codes = (...given: Parameters<typeof judgeSamples>) =>
    judgeSamples(...given).map(({ code, severity }) => `${severity} ${code}`);

  it("is well when total and flow agree", () => {
    expect(codes(samples([100, 100.5, 101], 30), { q3M3h: 63 })).toEqual(["good fits"]);
  });

  it.each([
    ["a total that falls", samples([101, 100.5, 100], 30), {}, "fault falls"],
    ["a meter against the flow", samples([100, 100.5, 101], -30), {}, "fault direction_differs"],
    ["a flow beyond Q4", samples([100, 100.5, 101], 30), { q3M3h: 16 }, "fault flow_too_large"],
    [
      "a flow faster than any meter in its pipe",
      samples([100, 150, 200], 3000),
      { nominalDiameterMm: 80 },
      "fault flow_too_large",
    ],
    ["a flow in L/h", samples([100, 100.5, 101], 30_000), {}, "fault unit_differs"],
    ["a flow in m3/s", samples([100, 100.5, 101], 30 / 3600), {}, "fault unit_differs"],
    ["a flow in L/s", samples([100, 100.5, 101], 30 / 3.6), {}, "fault unit_differs"],
    ["a total in litres", samples([100_000, 100_500, 101_000], 30), {}, "fault unit_differs"],
    ["a closed tap", samples([100, 100, 100], 0), {}, "doubt stands_still"],
    ["a frozen total", samples([100, 100, 100], 30), {}, "doubt stands_still"],
    ["no total", samples([null, null, null], 30), {}, "fault no_total"],
    ["no flow register", samples([100, 101, 102], null), {}, "doubt no_flow"],
  ])("tells %s", (_what, given, size, expected) => {
    expect(codes(given, size)).toContain(expected);
  });
});

describe("what a meter is judged by", () => {
  it("is what went in before what is left of it, in cubic metres, and only what could be read", () => {
    const mags = loadProfiles().get("arkon-mags1");
    if (mags === undefined) throw new Error("no profile");
    const read = (name: string, value: number | null) => ({
      name,
      unit: "m3",
      value,
      fault: null,
      words: [],
      status: null,
    });
    const reads = [read("net_total", 5), read("forward_total", 7), read("flow", 3)];
    expect(sampleOf(mags, reads, 1)).toEqual({ atMs: 1, totalM3: 7, flowM3h: 3 });
    expect(sampleOf(mags, [read("net_total", 5), read("forward_total", null)], 1)).toMatchObject({
      totalM3: 5,
      flowM3h: null,
    });
  });
});

describe("a profile stub", () => {
  it("passes the checks of every profile, with what was captured as its proof", () => {
    const words = [...NOISE, ...int32(123_456, "CDAB"), ...float32(0.789, "CDAB")];
    const [match] = matchDial({ words, dial: dial("123456.789") });
    if (match === undefined) throw new Error("no match");
    const more = { functionCode: 3, quantity: "forward_total", unit: "m3", addressBase: 40_001 } as const;
    const stub = profileStub({ name: "my-meter", match, from: 100, words, dial: dial("123456.789"), ...more });
    expect(faultsOfVectors(stub)).toEqual([]);
    expect(stub.registers.total?.parts.map(({ address }) => address)).toEqual([40_111, 40_113]);
  });
});

describe("the options of probe", () => {
  it("are taken as a person types them", () => {
    const options = parseProbeOptions([
      "--tcp",
      "10.0.0.7",
      "--units",
      "1-3,40",
      "--read",
      "4:10-29",
      "--dial",
      "12,5",
    ]);
    expect(options).toMatchObject({
      transport: { kind: "tcp", host: "10.0.0.7", port: 502 },
      framing: "tcp",
      unitIds: [1, 2, 3, 40],
      read: { functionCode: 4, from: 10, to: 29 },
      dial: { value: 12.5, lastDigit: 0.1 },
    });
    expect(parseProbeOptions(["--serial", "/dev/ttyUSB0", "--parity", "even"])).toMatchObject({
      framing: "rtu",
      transport: { parity: "even" },
    });
    expect(parseProbeOptions(["--help"])).toBeUndefined();
  });

  it.each([
    [["--units", "1"], /--tcp HOST:PORT or --serial PATH/],
    [["--tcp", "h:0"], /port of --tcp/],
    [["--tcp", "h", "--units", "9-3"], /--units 9-3 is no list/],
    [["--tcp", "h", "--read", "3:5"], /--read 3:5 is no block/],
    [["--tcp", "h", "--dial", "much"], /--dial much is no number/],
    [["--tcp", "h", "--framing", "udp"], /--framing udp is none of tcp, rtu, ascii/],
    [["--tcp", "h", "--adress", "5"], /adress/],
  ])("that cannot work are named: %j", (args, expected) => {
    expect(() => parseProbeOptions(args)).toThrow(expected);
  });
});
