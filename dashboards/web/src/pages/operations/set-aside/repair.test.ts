import { describe, expect, it } from "vitest";
import { type Draft, foresee, inUnit, readRaw, repairOf } from "./repair.ts";

const NOW = Date.UTC(2026, 9, 21, 2);
const AT = NOW - 3_600_000;
const wire = (value: unknown, at: unknown = AT) => ({
  raw: JSON.stringify(["M1.forward_total", at, value, 0]),
  channel: "M1.forward_total",
  readAt: null,
});
const channel = {
  id: "M1.forward_total",
  meterId: "M1",
  quantity: "forward_total",
  unit: "m3",
  resolution: 0.001,
  commodity: "water",
  address: "",
} as const;
const here = (stored: string | null) => ({ nowMs: NOW, here: { channel, stored } });
const look = (entry: ReturnType<typeof wire>, change: Partial<Draft> = {}, around = here(null)) => {
  const parts = readRaw(entry);
  return foresee(parts, { ...parts.draft, ...change }, around);
};

describe("an entry that is to be repaired", () => {
  it("is read as an agent's reading, a device's, or a text", () => {
    expect(readRaw(wire(12)).draft).toMatchObject({ channel: "M1.forward_total", readAtMs: AT, value: "12" });
    const item = { raw: '{"field":"total","timeMs":5,"value":"12.5","unit":"L"}', channel: null, readAt: null };
    expect(readRaw(item)).toMatchObject({ kind: "item", draft: { readAtMs: 5, value: "12.5", unit: "L" } });
    for (const raw of ["{", "7", '[{"a":1}]', "null"])
      expect(readRaw({ raw, channel: "C", readAt: 7 })).toMatchObject({ kind: "text", draft: { raw, readAtMs: 7 } });
  });

  it("keeps every digit of a count that came as text", () => {
    expect(readRaw(wire("9007199254740993")).draft.value).toBe("9007199254740993");
  });

  it("tells the API what was changed and nothing else", () => {
    const parts = readRaw(wire(12));
    expect(repairOf(parts, parts.draft)).toBeUndefined();
    expect(repairOf(parts, { ...parts.draft, value: " 13 " })).toEqual({ value: "13" });
    expect(repairOf(parts, { ...parts.draft, value: "13", raw: "[]" })).toEqual({ raw: "[]" });
    expect(repairOf(parts, { ...parts.draft, unit: "L" })).toBeUndefined();
  });
});

describe("what will happen to an entry", () => {
  it("is that it is stored when nothing stands against it", () => {
    expect(look(wire(12))).toBe("stored");
    expect(look(wire(12.5), { value: "12500" })).toBe("stored");
  });

  it("is a repeat or a conflict where a value is stored already", () => {
    expect(look(wire(12), {}, here("12"))).toBe("repeat");
    expect(look(wire(12), {}, here("13"))).toBe("conflict");
  });

  it("is a dead letter again while its fault is there", () => {
    expect(look(wire(12, -62_135_596_800_000))).toBe("timeOutOfRange");
    expect(look(wire(12, NOW + 90_000_000))).toBe("timeOutOfRange");
    expect(look(wire(12, "yesterday"))).toBe("timeMissing");
    expect(look(wire("NaN"))).toBe("notANumber");
    expect(look(wire(12.5))).toBe("notACount");
  });

  it("is quarantine for a channel that nobody knows", () => {
    const parts = readRaw(wire(12));
    expect(foresee(parts, parts.draft, { nowMs: NOW, here: null })).toBe("unknownChannel");
    expect(foresee(parts, parts.draft, { nowMs: NOW, here: undefined })).toBeUndefined();
  });

  it("is for ingest to say of texts and devices", () => {
    const text = readRaw({ raw: "{", channel: null, readAt: null });
    expect(foresee(text, text.draft, here(null))).toBe("unchanged");
    expect(foresee(text, { ...text.draft, raw: "{}" }, here(null))).toBe("checkedAnew");
  });
});

describe("counts", () => {
  it("are shown in the channel's unit, exactly", () => {
    expect(inUnit("123456789", 0.001)).toBe(123456.789);
    expect(inUnit("12.5", 0.001)).toBeUndefined();
    expect(inUnit("12", null)).toBeUndefined();
  });
});
