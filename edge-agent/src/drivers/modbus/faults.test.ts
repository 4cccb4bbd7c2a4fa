import { AgentConfig } from "@nightflow/domain";
import { expect, it } from "vitest";
import { faultsOfAgentConfig } from "../../check-config.ts";
import { loadProfiles } from "../../profiles/library.ts";

const profiles = loadProfiles();

const unit = (no: number, change: object = {}) => ({
  meter: `M-${no}`,
  unitId: no,
  profile: "siemens-mag6000",
  periodS: 60,
  channels: { flow: `M-${no}.flow` },
  ...change,
});
const bus = (id: string, transport: object, change: object = {}) => ({
  id,
  kind: "modbus",
  transport,
  units: [unit(1)],
  ...change,
});
const SERIAL = { kind: "serial", path: "/dev/ttyUSB0" };
const DTU = { kind: "dial-in", port: 9010, registration: { imei: "868120123456789" } };

/** What is wrong with buses, be it by the schema or by what their drivers know. */
function faultsOf(...buses: object[]): string {
  const ids = [...new Set(JSON.stringify(buses).match(/M-\d+\.flow/g) ?? [])];
  const config = { v: 1, channels: ids.map((id) => ({ id, quantity: "flow", unit: "m3/h" })), buses };
  const parsed = AgentConfig.safeParse(config);
  if (!parsed.success)
    return parsed.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`).join("\n");
  return faultsOfAgentConfig(parsed.data, profiles).join("\n");
}

it("buses on a serial port, a converter and a device that dials in are fine", () => {
  const other = { units: [unit(2)] };
  expect(faultsOf(bus("a", SERIAL), bus("b", { kind: "tcp", host: "10.0.0.8", port: 4001 }, other))).toBe("");
  expect(faultsOf(bus("a", DTU), bus("b", { ...DTU, registration: { text: "PUMP-07" } }, other))).toBe("");
});

it.each<[string, object, RegExp]>([
  [
    "a framing that a serial port does not carry",
    bus("a", SERIAL, { framing: "tcp" }),
    /bus a: framing tcp .* set framing to rtu/,
  ],
  [
    "a unit id that nobody has",
    bus("a", SERIAL, { units: [unit(1, { unitId: 0 })] }),
    /bus a, meter M-1: unit id 0 .* 1 to 247/,
  ],
  ["seven bits for RTU", bus("a", { ...SERIAL, dataBits: 7 }), /bus a: framing rtu needs transport\.dataBits 8/],
  [
    "a group that the profile lacks",
    bus("a", SERIAL, { units: [unit(1, { groups: { alarms: 60 } })] }),
    /meter M-1: profile siemens-mag6000 has no group alarms: (did you mean|known are) /,
  ],
  [
    "a unit id twice",
    bus("a", SERIAL, { units: [unit(1), unit(2, { unitId: 1 })] }),
    /bus a: unit id 1 is there twice/,
  ],
  ["a parity that there is not", bus("a", { ...SERIAL, parity: "mark" }), /buses\.0\.transport\.parity/],
  [
    "an IMEI with a digit too few",
    bus("a", { ...DTU, registration: { imei: "86812012345678" } }),
    /buses\.0\.transport\.registration/,
  ],
  ["a setting that does not exist", bus("a", { ...SERIAL, baud: 9600 }), /buses\.0\.transport.*baud/s],
  ["a transport that does not exist", bus("a", { kind: "udp", host: "x" }), /buses\.0\.transport\.kind/],
])("%s is named with its place", (_, wrong, words) => {
  expect(faultsOf(wrong)).toMatch(words);
});

it.each([
  ["a serial port", SERIAL, /bus b: transport: serial port \/dev\/ttyUSB0 is that of bus a already/],
  ["a registration", DTU, /bus b: transport: registration 868120123456789 on port 9010 is that of bus a already/],
])("%s that two buses name is told", (_, transport, words) => {
  expect(faultsOf(bus("a", transport), bus("b", transport, { units: [unit(2)] }))).toMatch(words);
});
