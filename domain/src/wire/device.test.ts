import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { WireError } from "../errors.ts";
import {
  type DeviceItem,
  decodeDeviceItem,
  decodeDevicePayload,
  deviceTopic,
  MAX_DEVICE_BYTES,
  parseDeviceTopic,
  rawOfItem,
} from "./device.ts";

const SEED = 20261123;
const decodeOne = (payload: unknown) => decodeDevicePayload(JSON.stringify(payload))[0];

describe("the topic of a device", () => {
  it("names its site and itself", () => {
    expect(parseDeviceTopic(deviceTopic("town", "pump-1"))).toEqual({ site: "town", device: "pump-1" });
    for (const topic of [
      "dev/v1/town/readings",
      "dev/v1/a b/c/readings",
      "nf/v1/a/b/readings",
      "dev/v1/a/b/readings/c",
    ])
      expect(parseDeviceTopic(topic)).toBeUndefined();
  });
});

describe("a reading of a device", () => {
  const item: fc.Arbitrary<DeviceItem> = fc.record({
    field: fc.string({ minLength: 1, maxLength: 40 }),
    value: fc.option(
      fc.oneof(
        fc.bigInt().map(String),
        fc.integer().map((cents) => `${cents}e-2`),
      ),
    ),
    unit: fc.option(fc.constantFrom("m3" as const, "kPa" as const)),
    timeMs: fc.option(fc.integer({ min: 0, max: 4e12 })),
    isSuspect: fc.boolean(),
    flags: fc.array(fc.constantFrom("spike", "frozen"), { maxLength: 3 }),
  });

  it("comes back from its text as it was", () => {
    fc.assert(
      fc.property(item, (sent) => {
        fc.pre(!/\d{61}/.test(sent.value ?? ""));
        expect(decodeDeviceItem(rawOfItem(sent))).toEqual(sent);
      }),
      { seed: SEED },
    );
  });

  it("keeps digits that no float holds", () => {
    const [read] = decodeDevicePayload('{"field":"t","value":12345678901234567890.123}');
    expect(read).toMatchObject({ value: "12345678901234567890.123" });
  });

  it("takes the time that its payload says around it, unless it says its own", () => {
    const payload = {
      timeMs: 7,
      readings: [
        { field: "a", value: 1 },
        { field: "b", value: 2, timeS: 3 },
      ],
    };
    expect(decodeDevicePayload(JSON.stringify(payload))).toMatchObject([{ timeMs: 7 }, { timeMs: 3000 }]);
  });

  it.each<[string, string, unknown]>([
    ["DEVICE_MALFORMED", "unknown key valeu", { field: "a", valeu: 1 }],
    ["DEVICE_MALFORMED", "there is no value", { field: "a" }],
    ["DEVICE_MALFORMED", "field must be", { field: 5, value: 1 }],
    ["DEVICE_MALFORMED", "a reading is an object", [5]],
    ["DEVICE_MALFORMED", "a unit for flow", { values: { total: 1 }, units: { flow: "m3/h" } }],
    ["DEVICE_MALFORMED", "quality must be", { field: "a", value: 1, quality: "bad" }],
    ["DEVICE_TIME", "both say the time", { field: "a", value: 1, timeMs: 1, timeS: 1 }],
    ["DEVICE_TIME", "with its offset", { field: "a", value: 1, time: "2026-11-23T08:00:00" }],
    ["DEVICE_TIME", "with its offset", { field: "a", value: 1, time: "2026-13-23T08:00:00Z" }],
    ["DEVICE_TIME", "whole number of ms", { field: "a", value: 1, timeMs: 1.5 }],
    ["DEVICE_TIME", "whole number of ms", { field: "a", value: 1, timeS: 1.00001 }],
    ["DEVICE_VALUE", "value must be", { field: "a", value: "12,5" }],
    ["DEVICE_VALUE", "value must be", { field: "a", value: true }],
    ["DEVICE_UNIT", "unit must be one of", { field: "a", value: 1, unit: "gallon" }],
  ])("is %s: %s", (fault, words, payload) => {
    expect(decodeOne(payload)).toMatchObject({ fault, reason: expect.stringContaining(words) });
  });

  it("that cannot be read costs its neighbours nothing", () => {
    const read = decodeDevicePayload('[{"field":"a","value":1},{"field":"b","value":"x"},7,{"values":{"c":3}}]');
    expect(read.map((one) => ("fault" in one ? one.fault : one.field))).toEqual([
      "a",
      "DEVICE_VALUE",
      "DEVICE_MALFORMED",
      "c",
    ]);
  });
});

describe("a payload of a device", () => {
  it("that is no JSON, not UTF-8, too long or too many is refused as a whole", () => {
    for (const payload of ["", "{", Uint8Array.of(0x22, 0xff, 0x22), " ".repeat(MAX_DEVICE_BYTES + 1)])
      expect(() => decodeDevicePayload(payload)).toThrow(WireError);
    expect(() => decodeDevicePayload(JSON.stringify(Array(5001).fill({})))).toThrow(/5000 readings/);
  });

  it("of any JSON gets an answer and never anything but a WireError", () => {
    fc.assert(
      fc.property(fc.json(), (json) => {
        for (const one of decodeDevicePayload(json)) expect("fault" in one || typeof one.field === "string").toBe(true);
      }),
      { seed: SEED },
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (noise) => {
        try {
          decodeDevicePayload(noise);
        } catch (error) {
          expect(error).toBeInstanceOf(WireError);
        }
      }),
      { seed: SEED },
    );
  });
});
