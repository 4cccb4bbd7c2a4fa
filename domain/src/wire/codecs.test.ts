import fc from "fast-check";
import { describe, expect, expectTypeOf, it } from "vitest";
import { WireError, WireVersionError } from "../errors.ts";
import { type ChannelId, isId } from "../ids.ts";
import { FLAG_NAMES, MissingReason } from "../quality.ts";
import type { Reading } from "../reading.ts";
import { type Ack, decodeAck, encodeAck, isAcked } from "./ack.ts";
import { AgentConfig, decodeAgentConfig, decodeConfigReport, encodeConfigReport } from "./agent-config.ts";
import {
  decodeBatch,
  encodeBatch,
  faultOfWireReading,
  fromWireReading,
  MAX_BATCH_READINGS,
  toWireReading,
  type WireReading,
} from "./batch.ts";
import { decodeStatus, encodeStatus } from "./status.ts";

const SEED = 20261123;
const check = (property: fc.IProperty<never> | fc.IRawProperty<unknown>) => fc.assert(property, { seed: SEED });
const bytes = (text: string) => new TextEncoder().encode(text);

const id = fc.stringMatching(/^[A-Za-z0-9_.:-]{1,64}$/);
const instant = fc.integer({ min: 946_684_800_000, max: 4_102_444_800_000 });
const seq = fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER });
const value = fc.oneof(
  fc.maxSafeInteger(),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => number + 0),
  fc.bigInt({ min: 2n ** 53n, max: 10n ** 39n }),
  fc.bigInt({ min: -(10n ** 39n), max: -(2n ** 53n) }),
);
const flags = fc.subarray([...FLAG_NAMES]);
const present = fc.record({
  quality: fc.constantFrom("good" as const, "suspect" as const),
  channel: id.map((text) => text as ChannelId),
  readAt: instant,
  value,
  flags,
});
const missing = fc.record({
  quality: fc.constant("missing" as const),
  channel: id.map((text) => text as ChannelId),
  readAt: instant,
  reason: fc.constantFrom(...MissingReason.options),
});
const reading: fc.Arbitrary<Reading> = fc.oneof(present, missing);

describe("a reading on the wire", () => {
  it("comes back as it was", () => {
    check(
      fc.property(reading, (sent) => {
        const wire: WireReading = JSON.parse(JSON.stringify(toWireReading(sent)));
        expect(faultOfWireReading(wire)).toBeUndefined();
        expect(fromWireReading(wire)).toEqual(sent);
      }),
    );
  });

  it("that is missing has no value, neither by type nor on the wire", () => {
    type Missing = Extract<Reading, { quality: "missing" }>;
    type Present = Exclude<Reading, { quality: "missing" }>;
    expectTypeOf<Missing>().not.toHaveProperty("value");
    expectTypeOf<number | bigint>().toExtend<Present["value"]>();
    expectTypeOf<Omit<Present, "quality"> & { quality: "missing" }>().not.toExtend<Missing>();
    check(
      fc.property(missing, (sent) => {
        expect(toWireReading(sent)[2]).toBeNull();
        expect(toWireReading(sent)[3]).toBe(2);
      }),
    );
  });

  it("keeps a register wider than 2^53 exactly, and a bigint that fits as a plain number", () => {
    const wide: Reading = {
      quality: "good",
      channel: "c" as ChannelId,
      readAt: 0,
      value: 2n ** 63n - 1n,
      flags: [],
    };
    expect(toWireReading(wide)[2]).toBe("9223372036854775807");
    expect(fromWireReading(toWireReading(wide))).toEqual(wide);
    expect(toWireReading({ ...wide, value: 5n })[2]).toBe(5);
  });

  it("from a newer agent loses the flags that this version does not know, and nothing else", () => {
    expect(fromWireReading(["c", 1, 2, 0, ["spike", "invented_later"]])).toMatchObject({ value: 2, flags: ["spike"] });
    expect(fromWireReading(["c", 1, null, 2, ["invented_later"]])).toMatchObject({ reason: "exception" });
    expect(fromWireReading(["c", 1, null, 2])).toMatchObject({ quality: "missing", reason: "exception" });
  });

  it.each<[string, unknown]>([
    ["not a tuple of 4 or 5", { channel: "c" }],
    ["not a tuple of 4 or 5", null],
    ["not a tuple of 4 or 5", ["c", 1, 2]],
    ["not a tuple of 4 or 5", ["c", 1, 2, 0, [], 6]],
    ["channel is not an id", ["a b", 1, 2, 0]],
    ["channel is not an id", ["", 1, 2, 0]],
    ["channel is not an id", ["x".repeat(65), 1, 2, 0]],
    ["channel is not an id", [7, 1, 2, 0]],
    ["time is not a whole number of milliseconds", ["c", 1.5, 2, 0]],
    ["time is not a whole number of milliseconds", ["c", "1", 2, 0]],
    ["time is not a whole number of milliseconds", ["c", 2 ** 60, 2, 0]],
    ["quality is not 0, 1 or 2", ["c", 1, 2, 3]],
    ["quality is not 0, 1 or 2", ["c", 1, 2, "0"]],
    ["value is not a number", ["c", 1, null, 0]],
    ["value is not a number", ["c", 1, "twelve", 0]],
    ["value is not a number", ["c", 1, "1.5", 0]],
    ["value is not a number", ["c", 1, "", 0]],
    ["value is not a number", ["c", 1, "9".repeat(41), 0]],
    ["value is not a number", ["c", 1, Number.NaN, 0]],
    ["value is not a number", ["c", 1, Number.POSITIVE_INFINITY, 1]],
    ["value is not a number", ["c", 1, true, 1]],
    ["value on a missing reading", ["c", 1, 0, 2, ["timeout"]]],
    ["flags are not a list of names", ["c", 1, 2, 0, "spike"]],
    ["flags are not a list of names", ["c", 1, 2, 0, [1]]],
    ["flags are not a list of names", ["c", 1, 2, 0, null]],
    ["flags are not a list of names", ["c", 1, 2, 0, Array(33).fill("spike")]],
  ])("is set aside as %j: %j", (fault, wire) => {
    expect(faultOfWireReading(wire)).toBe(fault);
    expect(() => fromWireReading(wire as WireReading)).toThrow(WireError);
  });

  it("of any shape at all gets an answer and never an exception", () => {
    check(
      fc.property(fc.oneof(fc.anything(), fc.array(fc.anything(), { maxLength: 6 })), (any) => {
        const fault = faultOfWireReading(any);
        if (fault === undefined) expect(isId((any as unknown[])[0])).toBe(true);
      }),
    );
  });
});

const batch = fc.record({
  origin: fc.constantFrom("live" as const, "import" as const),
  epoch: id,
  seq,
  sentAt: instant,
  readings: fc.array(reading.map(toWireReading), { maxLength: 20 }),
});

describe("a batch", () => {
  it("comes back as it was, from text and from bytes", () => {
    check(
      fc.property(batch, (sent) => {
        expect(decodeBatch(encodeBatch(sent))).toEqual({ v: 1, ...JSON.parse(JSON.stringify(sent)) });
        expect(decodeBatch(bytes(encodeBatch(sent)))).toEqual(decodeBatch(encodeBatch(sent)));
      }),
    );
  });

  it("hands on a bad reading as it is, so that it never costs its neighbours", () => {
    const text =
      '{"v":1,"origin":"live","epoch":"e","seq":1,"sentAt":0,"readings":[["c",1,2,0],"junk",["c",1,null,0]]}';
    expect(decodeBatch(text).readings.map(faultOfWireReading)).toEqual([
      undefined,
      "not a tuple of 4 or 5",
      "value is not a number",
    ]);
  });

  it.each([
    ["seq 0", { seq: 0 }],
    ["a broken seq", { seq: 1.5 }],
    ["an epoch that is no id", { epoch: "a/b" }],
    ["an unknown origin", { origin: "guess" }],
    ["an unknown key", { extra: 1 }],
    ["no readings", { readings: undefined }],
    ["too many readings", { readings: Array(MAX_BATCH_READINGS + 1).fill(0) }],
    ["a version in words", { v: "1" }],
    ["no version", { v: undefined }],
  ])("with %s is malformed", (_what, change) => {
    const good = { v: 1, origin: "live", epoch: "e", seq: 1, sentAt: 0, readings: [] };
    expect(decodeBatch(JSON.stringify(good)).seq).toBe(1);
    const decode = () => decodeBatch(JSON.stringify({ ...good, ...change }));
    expect(decode).toThrow(WireError);
    expect(decode).not.toThrow(WireVersionError);
  });
});

describe("an ack", () => {
  const ack: fc.Arbitrary<Ack> = fc.record({
    v: fc.constant(1 as const),
    epoch: id,
    seq: fc.nat(),
    above: fc.array(seq, { maxLength: 64 }),
  }) as fc.Arbitrary<Ack>;

  it("comes back as it was", () =>
    check(
      fc.property(ack, (sent) => {
        expect(decodeAck(encodeAck(sent))).toEqual(sent);
      }),
    ));

  it("covers what is at or below its seq or listed above it, of its own epoch", () => {
    const some = decodeAck('{"v":1,"epoch":"e","seq":3,"above":[5]}');
    expect([1, 3, 4, 5, 6].map((no) => isAcked(some, "e", no))).toEqual([true, true, false, true, false]);
    expect(isAcked(some, "f", 1)).toBe(false);
  });
});

describe("a status", () => {
  const count = fc.nat();
  const status = fc.record(
    {
      state: fc.constantFrom("online" as const, "offline" as const),
      at: instant,
      bootId: id,
      monotonicMs: count,
      version: fc.string({ maxLength: 40 }),
      startedAt: instant,
      outbox: fc.record({
        records: count,
        bytes: count,
        maxBytes: fc.integer({ min: 1 }),
        oldestReadAt: fc.option(instant),
        dropped: count,
        alarm: fc.boolean(),
      }),
      units: fc.array(
        fc.record({
          meter: id,
          state: fc.constantFrom("good" as const, "silent" as const, "failing" as const),
          lastGoodAt: fc.option(instant),
          polls: count,
          failures: count,
          lastError: fc.option(fc.string({ maxLength: 200 })),
        }),
        { maxLength: 5 },
      ),
      pollsSkipped: count,
    },
    { requiredKeys: ["state", "at"], noNullPrototype: true },
  );

  it("comes back as it was, however little it says", () => {
    check(
      fc.property(status, (sent) => {
        expect(decodeStatus(encodeStatus(sent))).toEqual({ v: 1, ...sent });
      }),
    );
  });
});

describe("a configuration and its report", () => {
  const channels = [
    { id: "r", quantity: "forward_total", unit: "m3", resolution: 0.001 },
    { id: "g", quantity: "flow", unit: "m3/h" },
  ];

  it("a report comes back as it was", () => {
    const report = decodeConfigReport(JSON.stringify({ v: 1, hash: "h", appliedAt: 5, channels }));
    expect(decodeConfigReport(encodeConfigReport(report))).toEqual(report);
  });

  it("a register without a resolution and a gauge with one are refused by name", () => {
    const report = (wrong: object) => () =>
      decodeConfigReport(JSON.stringify({ v: 1, hash: "h", appliedAt: 5, channels: [wrong] }));
    expect(report({ id: "r", quantity: "forward_total", unit: "m3" })).toThrow(
      "r is a register and needs a resolution",
    );
    expect(report({ ...channels[1], resolution: 1 })).toThrow("g is a gauge and has no resolution");
  });

  it("a configuration that feeds a channel nobody described is refused, with the bus and the channel named", () => {
    const unit = { meter: "m", unitId: 1, profile: "p", periodS: 60, channels: { total: "x" } };
    const bus = { id: "b", kind: "modbus-tcp", host: "h", units: [unit] };
    const config = AgentConfig.safeParse({ v: 1, channels: [...channels, channels[0]], buses: [bus] });
    const messages = config.error?.issues.map(({ message }) => message);
    expect(messages).toEqual([
      "channel r is described twice: leave one of the two out",
      "bus b feeds x, which channels does not describe: describe it there",
    ]);
  });
});

describe("every payload", () => {
  const decoders = { decodeBatch, decodeAck, decodeStatus, decodeConfigReport, decodeAgentConfig };

  it.each(Object.entries(decoders))("%s sets a version that it does not know aside as such", (_name, decode) => {
    for (const v of [0, 2, 99, -1, 1.5]) expect(() => decode(JSON.stringify({ v }))).toThrow(WireVersionError);
  });

  it.each(Object.entries(decoders))("%s calls whatever else comes malformed, and nothing worse", (_name, decode) => {
    for (const text of ["", "nul", "null", "5", "[]", "{}", '{"v":null}', '{"v":1,"__proto__":{}}'])
      expect(() => decode(text)).toThrow(WireError);
    check(
      fc.property(fc.uint8Array({ maxLength: 64 }), (noise) => void expect(() => decode(noise)).toThrow(WireError)),
    );
    check(fc.property(fc.json(), (json) => void expect(() => decode(json)).toThrow(WireError)));
  });
});
