import { valueToCounts } from "@nightflow/domain";
import { describe, expect, it } from "vitest";
import { decodeRegister } from "./decode.ts";
import { loadProfiles } from "./library.ts";
import type { MeterProfile, ProfileVector } from "./profile.ts";
import { textToWords } from "./words.ts";

function shown(profile: MeterProfile, vector: ProfileVector) {
  const register = profile.registers[vector.register];
  if (register === undefined) throw new Error(`no register ${vector.register}`);
  const { resolution } = register;
  return {
    resolution,
    decoded: decodeRegister(register, vector.words.map(textToWords), { unit: vector.unit, resolution }),
  };
}

describe.each([...loadProfiles().values()].map((profile) => ({ profile, name: profile.name })))(
  "$name",
  ({ profile }) => {
    it.each(profile.vectors)("shows what the dial showed: $register $words is $value $unit", (vector) => {
      const { resolution, decoded } = shown(profile, vector);
      if (!("value" in decoded)) throw new Error(`missing: ${decoded.missing}`);
      if (resolution !== undefined) expect(decoded.value).toBe(valueToCounts(vector.value, resolution));
      else expect(Math.abs(Number(decoded.value) - vector.value)).toBeLessThanOrEqual(Math.abs(vector.value) * 1e-6);
    });
  },
);

describe("the profile library", () => {
  it("holds the three models of the first release", () => {
    expect([...loadProfiles().keys()]).toEqual(["siemens-mag6000", "tuf-2000", "vortex-gas"]);
  });

  it("names every fault of a folder that cannot be read", () => {
    expect(() => loadProfiles(["no-such-folder"])).toThrow(/no-such-folder/);
  });

  it("marks the gas meter's computed total as unverified", () => {
    const vectors = loadProfiles().get("vortex-gas")?.vectors ?? [];
    expect(vectors.filter((vector) => vector.verified)).toEqual([]);
  });
});
