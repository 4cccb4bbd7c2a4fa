import { describe, expect, it } from "vitest";
import { emptyField, isSource, profileForm, profileOf } from "./profile.ts";

const profile = {
  v: 1,
  fields: {
    total: { channel: "M1.forward_total", unit: "L", scale: "10", rounding: "nearest", missing: ["-1", "9999"] },
  },
  ignore: ["debug*"],
  arrivalTime: true,
} as const;

describe("the profile of a device", () => {
  it("comes out of the form as it went in", () => {
    const given = {
      ...profile,
      ignore: [...profile.ignore],
      fields: { total: { ...profile.fields.total, missing: ["-1", "9999"] } },
    };
    expect(profileOf(profileForm(given))).toEqual(given);
  });

  it("leaves out what is not filled in, and takes commas of both kinds", () => {
    const form = { ...profileForm(undefined), ignore: "a，b, c" };
    expect(profileOf(form)).toEqual({ v: 1, fields: {}, ignore: ["a", "b", "c"], arrivalTime: false });
    const named = { ...emptyField(0), name: " total ", channel: "C", scale: "" };
    expect(profileOf({ ...form, fields: [named] }).fields).toEqual({
      total: { channel: "C", scale: "1", rounding: "exact", missing: [] },
    });
  });

  it("belongs to a source that can be", () => {
    for (const source of ["dev/town/pump-1", "spb/utility/edge-1", "spb/utility/edge-1/m1"])
      expect(isSource(source)).toBe(true);
    for (const source of ["pump-1", "dev/town", "dev/+/x", "spb/a/b/c/d"]) expect(isSource(source)).toBe(false);
  });
});
