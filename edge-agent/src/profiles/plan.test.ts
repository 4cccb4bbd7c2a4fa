import { MeterProfile, type ModbusProfile, type ProfileRegister } from "@nightflow/domain";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { loadProfiles } from "./library.ts";
import { planGroups, planRequests, splitRequest, wordsOf } from "./plan.ts";

function profile(name: string, change: Partial<MeterProfile> = {}): MeterProfile {
  const found = loadProfiles().get(name);
  if (found === undefined) throw new Error(name);
  return { ...found, ...change };
}

/** A profile of gauges at some addresses, without proof of its own. */
function gauges(rows: readonly Partial<ProfileRegister>[], change: Partial<ModbusProfile> = {}): ModbusProfile {
  const registers = rows.map((row, at) => [
    `r${at}`,
    { quantity: "flow", functionCode: 3, unit: "m3/h", parts: [{ address: at, type: "uint16" }], ...row },
  ]);
  const words = (row: Partial<ProfileRegister>) =>
    (row.parts ?? [{ type: "uint16" }]).map((part) =>
      part.type === "uint16" || part.type === "bit" ? "0000" : "0000 0000",
    );
  const vectors = rows.map((row, at) => ({
    register: `r${at}`,
    words: words(row),
    value: 0,
    unit: "m3/h",
    verified: false,
    source: "computed",
  }));
  const source = { document: "none", pages: "none", reference: "none" };
  return MeterProfile.parse({
    name: "test",
    model: "test",
    source,
    addressBase: 0,
    registers: Object.fromEntries(registers),
    vectors,
    ...change,
  });
}

const shape = (plan: ReturnType<typeof planRequests>) =>
  plan.map(({ functionCode, address, quantity, words }) => [functionCode, address, quantity, words]);

describe("planning requests", () => {
  it("reads both totals of a MAG 6000 in one request and leaves the holes alone", () => {
    const plan = planRequests(profile("siemens-mag6000"), ["flow", "forward_total", "reverse_total", "status"]);
    expect(shape(plan)).toEqual([
      [3, 3002, 2, 2],
      [3, 3014, 8, 8],
      [3, 3200, 1, 1],
    ]);
  });

  it("reads over a hole where the profile allows it, and only there", () => {
    const names = ["flow", "forward_total"];
    expect(planRequests(profile("tuf-2000"), names)).toHaveLength(1);
    expect(planRequests(profile("tuf-2000", { maxHoleWords: 5 }), names)).toHaveLength(2);
  });

  it("keeps an integer and its fraction in one request, so that they never tear", () => {
    const plan = planRequests(profile("tuf-2000", { maxHoleWords: 0, maxWordsPerRequest: 4 }), [
      "forward_total",
      "reverse_total",
    ]);
    expect(shape(plan)).toEqual([
      [3, 8, 4, 4],
      [3, 12, 4, 4],
    ]);
  });

  it("reads a value and the register of its sign together", () => {
    const plan = planRequests(profile("arkon-mags1"), ["flow"]);
    expect(shape(plan)).toEqual([[3, 99, 4, 4]]);
  });

  it("asks Enron's 32-bit registers by their number, one for each value, and takes two words of the answer for each", () => {
    const enron = profile("enron-flow-computer");
    const plan = planRequests(enron, ["vb_total", "vm_total", "temperature", "pressure", "flow"]);
    expect(shape(plan)).toEqual([
      [3, 5007, 2, 4],
      [3, 7001, 2, 4],
      [3, 7004, 1, 2],
    ]);
    const [totals] = plan;
    if (totals === undefined) throw new Error("no request");
    expect(wordsOf(enron, "vm_total", totals, [1, 2, 3, 4])).toEqual([[3, 4]]);
  });

  it("asks never for more than the meter answers", () => {
    const lorric = profile("lorric-fu-lt", { maxHoleWords: 20 });
    const plan = planRequests(lorric, Object.keys(lorric.registers));
    expect(Math.max(...plan.map(({ words }) => words))).toBeLessThanOrEqual(20);
  });

  it("asks each function code apart, and coils by their bits", () => {
    const bit = (address: number, functionCode: 1 | 2): Partial<ProfileRegister> => ({
      functionCode,
      parts: [{ address, type: "bit", order: "ABCD", sign: "none", sentinels: [] }],
    });
    const mixed = gauges([bit(0, 1), bit(1, 1), bit(0, 2), {}, { functionCode: 4 }]);
    const plan = planRequests(mixed, ["r0", "r1", "r2", "r3", "r4"]);
    expect(shape(plan)).toEqual([
      [1, 0, 2, 2],
      [2, 0, 1, 1],
      [3, 3, 1, 1],
      [4, 4, 1, 1],
    ]);
    expect(wordsOf(mixed, "r1", plan[0] ?? fail(), [0, 1])).toEqual([[1]]);
  });

  it("takes addresses as the manual counts them: from 0, from 1, from 40001, or by their first digit", () => {
    const adam = planRequests(profile("advantech-adam-6050w"), ["di0", "di1", "di0.overflow"]);
    expect(shape(adam)).toEqual([
      [1, 34, 1, 1],
      [3, 0, 4, 4],
    ]);
    expect(shape(planRequests(profile("abb-aquamaster3"), ["flow"]))).toEqual([[4, 5016, 2, 2]]);
    expect(shape(planRequests(profile("vortex-gas"), ["temperature"]))).toEqual([[3, 0, 2, 2]]);
  });

  it("plans what has a period of its own apart", () => {
    const [own, slow] = planGroups(profile("siemens-mag6000"), ["status", "error_2", "flow", "error_1"]);
    expect([own?.group, own?.requests.length]).toEqual([undefined, 2]);
    expect([slow?.group, slow?.periodS, slow && shape([...slow.requests])]).toEqual(["slow", 900, [[3, 3201, 2, 2]]]);
  });

  it("takes each register's words out of a joint answer", () => {
    const tuf = profile("tuf-2000");
    const [request] = planRequests(tuf, ["flow", "forward_total"]);
    if (request === undefined) throw new Error("no request");
    const answer = Array.from({ length: request.words }, (_, at) => at);
    expect(wordsOf(tuf, "forward_total", request, answer)).toEqual([
      [8, 9],
      [10, 11],
    ]);
    expect(splitRequest(tuf, request).map(({ registers }) => registers)).toEqual([["flow"], ["forward_total"]]);
  });

  it("gives the same requests for the same names in any order, each register once, within every limit", () => {
    const row = fc.record({ address: fc.nat(60), functionCode: fc.constantFrom(3 as const, 4 as const) });
    fc.assert(
      fc.property(
        fc.array(row, { minLength: 1, maxLength: 25 }),
        fc.nat(6),
        fc.integer({ min: 2, max: 20 }),
        (rows, maxHoleWords, maxWordsPerRequest) => {
          const registers = rows.map(
            ({ address, functionCode }): Partial<ProfileRegister> => ({
              functionCode,
              parts: [{ address, type: "float32", order: "ABCD", sign: "none", sentinels: [] }],
            }),
          );
          const made = gauges(registers, { maxHoleWords, maxWordsPerRequest });
          const names = Object.keys(made.registers);
          const plan = planRequests(made, names);
          expect(planRequests(made, [...names].reverse())).toEqual(plan);
          expect(plan.flatMap((request) => request.registers).sort()).toEqual([...names].sort());
          for (const request of plan) expect(request.words).toBeLessThanOrEqual(maxWordsPerRequest);
          if (maxHoleWords === 0) expect(readOverHole(made, plan)).toBe(false);
        },
      ),
      { seed: 20_262, numRuns: 300 },
    );
  });
});

function fail(): never {
  throw new Error("no request");
}

function readOverHole(made: ModbusProfile, plan: ReturnType<typeof planRequests>): boolean {
  return plan.some(({ functionCode, address, words, registers }) => {
    const wanted = new Set(
      registers.flatMap((name) =>
        (made.registers[name]?.parts ?? []).flatMap((part) => [part.address, part.address + 1]),
      ),
    );
    return functionCode > 2 && Array.from({ length: words }, (_, at) => address + at).some((at) => !wanted.has(at));
  });
}
