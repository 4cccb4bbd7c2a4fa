import { describe, expect, it } from "vitest";
import { loadProfiles } from "./library.ts";
import { planRequests, splitRequest, wordsOf } from "./plan.ts";
import type { MeterProfile } from "./profile.ts";

function profile(name: string, change: Partial<MeterProfile> = {}): MeterProfile {
  const found = loadProfiles().get(name);
  if (found === undefined) throw new Error(name);
  return { ...found, ...change };
}

describe("planning requests", () => {
  it("reads both totals of a MAG 6000 in one request and leaves the holes alone", () => {
    const plan = planRequests(profile("siemens-mag6000"), ["flow", "forward_total", "reverse_total", "status"]);
    expect(plan.map(({ address, words }) => [address, words])).toEqual([
      [3002, 2],
      [3014, 8],
      [3200, 1],
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
    expect(plan.map(({ address, words }) => [address, words])).toEqual([
      [8, 4],
      [12, 4],
    ]);
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
    expect(splitRequest(tuf, request).map((single) => single.registers)).toEqual([["flow"], ["forward_total"]]);
  });
});
