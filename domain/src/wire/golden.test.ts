import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { decodeAck, encodeAck } from "./ack.ts";
import { decodeAgentConfig, decodeConfigReport, encodeConfigReport } from "./agent-config.ts";
import { decodeBatch, encodeBatch, faultOfWireReading, fromWireReading, type WireReading } from "./batch.ts";
import { decodeCommand, decodeCommandReply } from "./command.ts";
import { type DeviceItem, decodeDevicePayload } from "./device.ts";
import { decodeStatus, encodeStatus } from "./status.ts";
import { decodeTimeAnswer, decodeTimeQuestion } from "./time.ts";

const FOLDER = new URL("./golden/", import.meta.url);
const golden = (name: string) => readFileSync(new URL(name, FOLDER));
const asSent = (name: string) => JSON.parse(golden(name).toString());

const item = (field: string, value: string | null, timeMs: number | null, more: Partial<DeviceItem> = {}) => ({
  ...{ field, value, timeMs, unit: null, isSuspect: false, flags: [] },
  ...more,
});

// Payloads of every released version. Devices in the field send them for ever: add files, never change one.
const READERS: Readonly<Record<string, (payload: Uint8Array) => unknown>> = {
  "batch.v1.json": decodeBatch,
  "ack.v1.json": decodeAck,
  "status.v1.json": decodeStatus,
  "status-will.v1.json": decodeStatus,
  "config-report.v1.json": decodeConfigReport,
  "config.v1.json": decodeAgentConfig,
  "device.v1.json": decodeDevicePayload,
  "command.v1.json": decodeCommand,
  "command-reply.v1.json": decodeCommandReply,
  "time.v1.json": decodeTimeQuestion,
  "time-reply.v1.json": decodeTimeAnswer,
};

describe("payloads of released versions", () => {
  it("are all read here", () => {
    expect(readdirSync(FOLDER).sort()).toEqual(Object.keys(READERS).sort());
  });

  it.each(Object.entries(READERS).filter(([name]) => !name.startsWith("device")))(
    "%s is still understood as it was sent",
    (name, decode) => {
      expect(decode(golden(name))).toMatchObject(asSent(name));
    },
  );

  it("readings of version 1 keep their values, qualities, flags and reasons", () => {
    const { readings } = decodeBatch(golden("batch.v1.json"));
    expect(readings.map(faultOfWireReading)).toEqual([undefined, undefined, undefined, undefined, undefined]);
    expect(readings.map((reading) => fromWireReading(reading as WireReading))).toEqual([
      { quality: "good", channel: "M-0001.forward_total", readAt: 1_790_000_000_000, value: 123_456_789, flags: [] },
      { quality: "good", channel: "M-0001.flow", readAt: 1_790_000_000_000, value: 0.35, flags: [] },
      {
        quality: "suspect",
        channel: "M-0002.forward_total",
        readAt: 1_790_000_000_000,
        value: 7,
        flags: ["clock_shift", "rollover"],
      },
      { quality: "good", channel: "M-0003.vb_total", readAt: 1_790_000_000_000, value: 90071992547409931n, flags: [] },
      { quality: "missing", channel: "M-0004.forward_total", readAt: 1_790_000_000_000, reason: "timeout" },
    ]);
  });

  it("readings of devices keep their digits, times and units", () => {
    expect(decodeDevicePayload(golden("device.v1.json"))).toEqual([
      item("total", "123.456", 1_795_392_000_000, { unit: "m3" }),
      item("total", "90071992547409931", 1_795_392_000_000, { isSuspect: true }),
      item("total", "0.1", 1_795_392_000_500),
      item("pressure", null, 1_795_392_000_500, { unit: "kPa" }),
      item("a", "1", 1_795_392_000_000),
      item("a", "1e-3", 5),
      item("battery", "3.6", null),
    ]);
  });

  it("a configuration of version 1 gets the defaults it was written for", () => {
    const [bus, opcua] = decodeAgentConfig(golden("config.v1.json")).buses;
    expect(bus).toMatchObject({ timeoutMs: 1000, gapMs: 0, retries: 1 });
    expect(opcua).toMatchObject({ samplingMs: 1000, publishMs: 1000, items: [{ scale: 1 }] });
  });

  it("are what this version writes", () => {
    const batch = asSent("batch.v1.json");
    expect(JSON.parse(encodeBatch(batch))).toEqual(batch);
    expect(JSON.parse(encodeAck(asSent("ack.v1.json")))).toEqual(asSent("ack.v1.json"));
    expect(JSON.parse(encodeStatus(asSent("status.v1.json")))).toEqual(asSent("status.v1.json"));
    const { v: _version, ...report } = asSent("config-report.v1.json");
    expect(JSON.parse(encodeConfigReport(report))).toEqual(asSent("config-report.v1.json"));
  });
});
