import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { faultsOfVectors, MeterProfile } from "@nightflow/domain";
import { afterEach, describe, expect, it } from "vitest";
import { loadProfiles, withInlineProfiles } from "./library.ts";
import { planRequests } from "./plan.ts";

const profiles = [...loadProfiles().values()];
const named = (name: string): MeterProfile => {
  const found = profiles.find((profile) => profile.name === name);
  if (found === undefined) throw new Error(name);
  return found;
};

describe.each(profiles.map((profile) => ({ profile, name: profile.name })))("$name", ({ profile }) => {
  it("shows in every vector what the dial showed", () => {
    expect(faultsOfVectors(profile)).toEqual([]);
  });

  it("can be read in requests that the meter takes", () => {
    for (const request of planRequests(profile, Object.keys(profile.registers))) {
      const limit = request.functionCode <= 2 ? profile.maxBitsPerRequest : profile.maxWordsPerRequest;
      expect(request.words).toBeLessThanOrEqual(limit);
    }
  });

  it("says where it is from, and of each row that nobody has seen working that it is unverified", () => {
    expect(profile.source.reference.length).toBeGreaterThan(5);
    for (const { verified, source } of profile.vectors) if (/^computed/.test(source)) expect(verified).toBe(false);
  });
});

describe("the profile library", () => {
  const folders: string[] = [];
  const folderWith = (name: string, content: object | string): string => {
    const folder = mkdtempSync(join(tmpdir(), "profiles-"));
    folders.push(folder);
    writeFileSync(join(folder, name), typeof content === "string" ? content : JSON.stringify(content));
    return folder;
  };
  afterEach(() => {
    for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
  });

  it("holds the devices that water and gas utilities have", () => {
    expect(profiles.map(({ name }) => name)).toEqual([
      "abb-aquamaster3",
      "advantech-adam-6050w",
      "arkon-mags1",
      "elster-ek2xx",
      "endress-promag-400",
      "enron-flow-computer",
      "kamstrup-multical",
      "krohne-altosonic-v12",
      "lorric-fu-lt",
      "microsensor-mfe600c",
      "pulse-counter",
      "siemens-mag6000",
      "spirax-tva",
      "supmea-lwgy",
      "tms-thermal-gas",
      "tuf-2000",
      "vortex-gas",
    ]);
  });

  it("names every fault of a folder that cannot be read", () => {
    expect(() => loadProfiles(["no-such-folder"])).toThrow(/no-such-folder/);
  });

  it("refuses a vector that does not decode to its value, by file, place and what came out", () => {
    const tuf = named("tuf-2000");
    const wrong = { ...tuf, vectors: tuf.vectors.map((vector, at) => (at === 1 ? { ...vector, value: 1 } : vector)) };
    expect(() => loadProfiles([folderWith("tuf-2000.json", wrong)])).toThrow(
      /tuf-2000\.json: vectors\.1: forward_total .* decodes to 123456789 counts of 0.001, not 1 m3/,
    );
  });

  it.each([
    ["an order that is none", { order: "ABDC1" }, /registers\.flow\.parts\.0\.order/],
    ["a type that is none", { type: "float23" }, /registers\.flow\.parts\.0\.type/],
    ["a key that is none", { adress: 3 }, /adress/],
  ])("names the path of %s", (_what, change, expected) => {
    const tuf = structuredClone(named("tuf-2000"));
    Object.assign(tuf.registers.flow?.parts[0] ?? {}, change);
    expect(() => loadProfiles([folderWith("tuf-2000.json", tuf)])).toThrow(expected);
  });

  it("puts a profile that comes with the configuration before the bundled one of its name", () => {
    const own = { ...named("tuf-2000"), model: "ours" };
    const library = withInlineProfiles(loadProfiles(), [own]);
    expect([library.get("tuf-2000")?.model, library.size]).toEqual(["ours", profiles.length]);
  });

  it("reads profiles of before that name no protocol", () => {
    const { protocol: _, ...older } = named("vortex-gas");
    expect(MeterProfile.parse(older).protocol).toBe("modbus");
  });
});
