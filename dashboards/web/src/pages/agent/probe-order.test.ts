import { expect, it } from "vitest";
import { FIRST_FORM, onLine, type ProbeForm, probeOrder } from "./probe-order.ts";

const form: ProbeForm = { ...FIRST_FORM, ...onLine("bus", "old-town") };

it("a form without a block asks which units answer", () => {
  expect(probeOrder({ ...form, units: "1-3, 40" })).toEqual({
    order: { kind: "probe", bus: "old-town", options: { units: [1, 2, 3, 40], timeoutMs: 500 } },
  });
});

it("a block with the dial goes to one unit, over a line of its own where no bus is named", () => {
  const own = { ...form, ...onLine("tcp"), host: "10.0.0.7", units: "3", block: "4:0-39", dial: "12,5" };
  expect(probeOrder(own)).toMatchObject({
    order: {
      line: { transport: { host: "10.0.0.7", port: 502 }, framing: "tcp" },
      options: { read: { functionCode: 4, from: 0, to: 39 }, dial: "12,5" },
    },
  });
});

it("what cannot be asked is told by its field", () => {
  expect(probeOrder(FIRST_FORM)).toEqual({ fault: "line" });
  expect(probeOrder({ ...form, units: "9-1" })).toEqual({ fault: "units" });
  for (const block of ["3:0-200", "5:0-1", "x"]) expect(probeOrder({ ...form, block })).toEqual({ fault: "block" });
  expect(probeOrder({ ...form, block: "3:0-9" })).toEqual({ fault: "oneUnit" });
  expect(probeOrder({ ...form, units: "1", dial: "much" })).toEqual({ fault: "dial" });
});

it("a serial port of the gateway is asked with its line settings, RTU unless it is told otherwise", () => {
  const serial: ProbeForm = { ...form, ...onLine("serial"), path: " /dev/ttyUSB0 ", baudRate: 2400, parity: "even" };
  const transport = { kind: "serial", path: "/dev/ttyUSB0", baudRate: 2400, dataBits: 8, parity: "even", stopBits: 1 };
  expect(probeOrder(serial)).toMatchObject({ order: { line: { transport, framing: "rtu" } } });
  expect(probeOrder({ ...serial, path: " " })).toEqual({ fault: "path" });
});

it("an earlier reading goes with the block and the dial of now", () => {
  const earlier = { dial: "12", runs: [{ from: 0, words: "000C" }] };
  const block = { ...form, units: "3", block: "3:0-9" };
  expect(probeOrder(block, earlier)).toEqual({ fault: "earlierDial" });
  expect(probeOrder({ ...block, dial: "15" }, earlier)).toMatchObject({ order: { options: { dial: "15", earlier } } });
});

it("three reads by a profile carry what the type plate says, and nothing of a block", () => {
  const meter = { ...form, units: "3", profile: "tuf-2000", q3: "2,5", everyS: 5, dial: "7", isGas: true };
  const options = { units: [3], timeoutMs: 500, profile: "tuf-2000", everyS: 5, q3M3h: 2.5, isGas: true };
  expect(probeOrder(meter)).toEqual({ order: { kind: "probe", bus: "old-town", options } });
  expect(probeOrder({ ...meter, q3: "big" })).toEqual({ fault: "q3" });
});
