import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ConfigError } from "@nightflow/domain";
import { afterEach, beforeEach, expect, it } from "vitest";
import { loadEdgeAgentConfig } from "./load-config.ts";
import { BUNDLED_PROFILES } from "./profiles/library.ts";

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "nightflow-bad-input-"));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

const AGENT = {
  site: "town",
  agent: "agent-1",
  dataDir: "./data",
  configFile: "./buses.json",
  profilesDir: "./profiles",
  mqtt: { url: "mqtt://127.0.0.1:1883" },
};
const TOTAL = { quantity: "forward_total", unit: "m3", resolution: 0.001 };
const UNIT = { meter: "M-1", unitId: 1, profile: "own", periodS: 900, channels: { forward_total: "M-1.total" } };
const MODBUS = { id: "gw", kind: "modbus-tcp", host: "10.0.0.7", units: [UNIT] };
const SERIAL = {
  id: "rs",
  kind: "modbus",
  transport: { kind: "serial", path: "/dev/ttyS0" },
  units: [{ ...UNIT, unitId: 2 }],
};
const OPC = {
  id: "opc",
  kind: "opcua",
  endpointUrl: "opc.tcp://plant:4840",
  periodS: 60,
  items: [{ meter: "M-1", channel: "M-1.total", nodeId: "ns=2;s=T" }],
};
const CJT = {
  id: "cj",
  kind: "cjt188",
  transport: { kind: "tcp", host: "10.0.0.8" },
  units: [{ meter: "M-1", address: "11110012345678", periodS: 900, channels: { forward_total: "M-1.total" } }],
};
const RADIO = {
  id: "radio",
  kind: "wmbus",
  source: { kind: "tcp-listen", port: 7000 },
  units: [{ meter: "M-1", address: "KAM-12345678", periodS: 900, channels: { volume: "M-1.total" } }],
};
const config = (...buses: object[]) => ({ v: 1, channels: [{ id: "M-1.total", ...TOTAL }], buses });
const unit = (change: object) => config({ ...MODBUS, units: [{ ...UNIT, ...change }] });
const bus = (of: object, change: object) => config({ ...of, ...change });

type Json = Record<string, unknown>;

interface Wrong {
  readonly agent?: object;
  /** Its text, where it is no JSON. */
  readonly buses?: object | string;
  readonly profile?: (profile: Json) => unknown;
}

async function faultsOf({ agent = {}, buses = config(MODBUS), profile }: Wrong): Promise<readonly string[]> {
  const own = JSON.parse(await readFile(join(BUNDLED_PROFILES, "tuf-2000.json"), "utf8"));
  own.name = "own";
  profile?.(own);
  await writeFile(join(folder, "agent.yaml"), JSON.stringify({ ...AGENT, ...agent }));
  await writeFile(join(folder, "buses.json"), typeof buses === "string" ? buses : JSON.stringify(buses));
  await mkdir(join(folder, "profiles"), { recursive: true });
  await writeFile(join(folder, "profiles", "own.json"), JSON.stringify(own));
  try {
    loadEdgeAgentConfig(join(folder, "agent.yaml"), {});
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.faults.map((fault) => fault.replaceAll(`${folder}/`, ""));
    throw error;
  }
}

const register = (profile: Json, change: object) => {
  const registers = profile.registers as Record<string, Json>;
  Object.assign(registers.forward_total as Json, change);
};

/** A valve that is opened by a coil and looked at elsewhere. */
const confirmedBy = (profile: Json, confirm: object) =>
  Object.assign(profile, { commands: { valve_open: { functionCode: 5, address: 5, values: [1], confirm } } });

const CASES: readonly (readonly [string, Wrong, string])[] = [
  ["no site", { agent: { site: undefined } }, "agent.yaml: site: is missing: it must be a text"],
  [
    "a site with blanks",
    { agent: { site: "my town" } },
    "agent.yaml: site: SiteId must be 1 to 64 characters of A-Z a-z 0-9 _ . : -",
  ],
  [
    "an address that is none",
    { agent: { mqtt: { url: "127.0.0.1:1883" } } },
    "agent.yaml: mqtt.url: must begin with mqtt:// or mqtts://",
  ],
  [
    "a mistyped key",
    { agent: { dataDirectory: "x" } },
    "agent.yaml: file: unknown key dataDirectory: did you mean dataDir?",
  ],
  [
    "a policy that does not exist",
    { agent: { outbox: { policy: "dropNewest" } } },
    'agent.yaml: outbox.policy: must be one of dropOldest, stop, and is the text "dropNewest": did you mean dropOldest?',
  ],
  [
    "an outbox that is too small",
    { agent: { outbox: { maxBytes: 10 } } },
    "agent.yaml: outbox.maxBytes: must be at least 65536, and is 10",
  ],
  [
    "a file that is not there",
    { agent: { configFile: "none.json" } },
    "none.json: there is no such file: mend the path, or put the file there",
  ],
  [
    "a file that is no JSON",
    { buses: '{ "v": 1, "channels": [ }' },
    'buses.json: is neither YAML nor JSON: Unexpected token \'}\', ..."nnels": [ }" is not valid JSON',
  ],
  ["an empty file", { buses: "" }, "buses.json: file: must be a group of keys, and is empty"],
  ["a version of the future", { buses: { ...config(MODBUS), v: 2 } }, "buses.json: v: must be 1, and is 2"],
  [
    "a kind of bus that does not exist",
    { buses: bus(MODBUS, { kind: "modbus_tcp" }) },
    'buses.json: buses.0.kind: must be one of modbus-tcp, modbus, opcua, cjt188, mbus, wmbus, and is the text "modbus_tcp": did you mean modbus-tcp?',
  ],
  [
    "no kind",
    { buses: bus(MODBUS, { kind: undefined }) },
    "buses.json: buses.0.kind: is missing: it must be one of modbus-tcp, modbus, opcua, cjt188, mbus, wmbus",
  ],
  ["an empty host", { buses: bus(MODBUS, { host: "" }) }, "buses.json: buses.0.host: must not be empty"],
  [
    "a port as a text",
    { buses: bus(MODBUS, { port: "502" }) },
    'buses.json: buses.0.port: must be a number, and is the text "502"',
  ],
  [
    "a port that does not exist",
    { buses: bus(MODBUS, { port: 70_000 }) },
    "buses.json: buses.0.port: must be at most 65535, and is 70000",
  ],
  [
    "a time-out of nothing",
    { buses: bus(MODBUS, { timeoutMs: 0 }) },
    "buses.json: buses.0.timeoutMs: must be at least 10, and is 0",
  ],
  [
    "a key in other units",
    { buses: bus(MODBUS, { timeout: 1 }) },
    "buses.json: buses.0: unknown key timeout: did you mean timeoutMs?",
  ],
  ["no units", { buses: bus(MODBUS, { units: [] }) }, "buses.json: buses.0.units: must have at least one entry"],
  [
    "a unit id that does not exist",
    { buses: unit({ unitId: 300 }) },
    "buses.json: buses.0.units.0.unitId: must be at most 255, and is 300",
  ],
  [
    "a broadcast that is asked",
    { buses: bus(SERIAL, { units: [{ ...UNIT, unitId: 0 }] }) },
    "buses.json: bus rs, meter M-1: unit id 0 cannot be asked with framing rtu: 0 is the broadcast that nobody answers, and units have 1 to 247",
  ],
  [
    "a period of nothing",
    { buses: unit({ periodS: 0 }) },
    "buses.json: buses.0.units.0.periodS: must be at least 0.1, and is 0",
  ],
  [
    "a profile that does not exist",
    { buses: unit({ profile: "tuf-3000" }) },
    "buses.json: bus gw, meter M-1: there is no profile tuf-3000: did you mean tuf-2000?",
  ],
  [
    "a register that does not exist",
    { buses: unit({ channels: { total: "M-1.total" } }) },
    "buses.json: bus gw, meter M-1: profile own has no register total: known are flow, forward_total, reverse_total, net_total, error",
  ],
  [
    "a channel that is not described",
    { buses: unit({ channels: { forward_total: "M-2.total" } }) },
    "buses.json: buses.0: bus gw feeds M-2.total, which channels does not describe: describe it there",
  ],
  [
    "a group that does not exist",
    { buses: unit({ groups: { fast: 10 } }) },
    "buses.json: bus gw, meter M-1: profile own has no group fast: known are slow",
  ],
  [
    "two meters with one unit id",
    { buses: bus(MODBUS, { units: [UNIT, { ...UNIT, meter: "M-2", channels: {} }] }) },
    "buses.json: bus gw: unit id 1 is there twice: two meters cannot have one, give each its own or its own bus",
  ],
  [
    "two buses of one name",
    { buses: config(MODBUS, { ...SERIAL, id: "gw", units: [{ ...UNIT, channels: {} }] }) },
    "buses.json: bus gw is there twice: give one of them another id",
  ],
  [
    "one serial port for two buses",
    { buses: config(SERIAL, { ...SERIAL, id: "b", units: [{ ...UNIT, channels: {} }] }) },
    "buses.json: bus b: transport: serial port /dev/ttyS0 is that of bus rs already; give its meters to that bus",
  ],
  [
    "framing that a serial port has not",
    { buses: bus(SERIAL, { framing: "tcp" }) },
    "buses.json: bus rs: framing tcp does not go over a serial port; set framing to rtu or ascii",
  ],
  [
    "a parity that does not exist",
    { buses: bus(SERIAL, { transport: { ...SERIAL.transport, parity: "evn" } }) },
    'buses.json: buses.0.transport.parity: must be one of none, even, odd, and is the text "evn": did you mean even?',
  ],
  [
    "seven bits for RTU",
    { buses: bus(SERIAL, { transport: { ...SERIAL.transport, dataBits: 7 } }) },
    "buses.json: bus rs: framing rtu needs transport.dataBits 8; 7 is for ascii",
  ],
  [
    "a total without a resolution",
    { buses: { ...config(MODBUS), channels: [{ id: "M-1.total", quantity: "forward_total", unit: "m3" }] } },
    "buses.json: channels.0.resolution: M-1.total is a register and needs a resolution: give the size of one count, such as 0.001",
  ],
  [
    "a unit of measure that does not exist",
    { buses: { ...config(MODBUS), channels: [{ id: "M-1.total", ...TOTAL, unit: "m^3" }] } },
    'buses.json: channels.0.unit: must be one of 1, m3, Sm3, L, m3/h, Sm3/h, L/h, m3/s, kPa, bar, Cel, V, %, Hz, kg, kg/h, and is the text "m^3": did you m',
  ],
  [
    "a channel of another quantity",
    { buses: { ...config(MODBUS), channels: [{ id: "M-1.total", quantity: "flow", unit: "m3/h" }] } },
    "buses.json: bus gw, meter M-1: register forward_total is forward_total, channel M-1.total is flow: change the channel's quantity, or feed another",
  ],
  [
    "a channel that is described twice",
    {
      buses: {
        ...config(MODBUS),
        channels: [
          { id: "M-1.total", ...TOTAL },
          { id: "M-1.total", ...TOTAL },
        ],
      },
    },
    "buses.json: channels.1.id: channel M-1.total is described twice: leave one of the two out",
  ],
  [
    "an OPC UA address that is none",
    { buses: bus(OPC, { endpointUrl: "plant:4840" }) },
    'buses.json: buses.0.endpointUrl: must be a text that begins with opc.tcp://, and is the text "plant:4840"',
  ],
  [
    "an OPC UA item without a node",
    { buses: bus(OPC, { items: [{ meter: "M-1", channel: "M-1.total" }] }) },
    "buses.json: buses.0.items.0.nodeId: give either nodeId or path",
  ],
  [
    "a node id that is none",
    { buses: bus(OPC, { items: [{ meter: "M-1", channel: "M-1.total", nodeId: "T" }] }) },
    "buses.json: bus opc: item 1: T is no node id; write it as ns=2;s=Name, ns=2;i=123 or nsu=URI;s=Name",
  ],
  [
    "a security policy that is not safe",
    { buses: bus(OPC, { security: { policy: "Basic128Rsa15" } }) },
    'buses.json: buses.0.security.policy: must be one of None, Basic256Sha256, Aes128_Sha256_RsaOaep, Aes256_Sha256_RsaPss, and is the text "Basic128Rsa15"',
  ],
  [
    "a password in the open",
    { buses: bus(OPC, { identity: { kind: "user", user: "u", secret: "s" } }) },
    "buses.json: bus opc: the password would travel unprotected: set security.policy, or identity.allowUnprotected if the line is safe",
  ],
  [
    "an address of CJ/T 188 that is none",
    { buses: bus(CJT, { units: [{ ...CJT.units[0], address: "123" }] }) },
    "buses.json: buses.0.units.0.address: must be the 14 digits of A6 to A0, such as 11110012345678",
  ],
  [
    "a dialect that does not exist",
    { buses: bus(CJT, { units: [{ ...CJT.units[0], dialect: "sanchuan" }] }) },
    "buses.json: bus cj, meter M-1: there is no dialect sanchuan: known are reversed-status-water, standard-gas, standard-water",
  ],
  [
    "a zone that does not exist",
    { buses: bus(CJT, { timeZone: "Asia/Peking" }) },
    "buses.json: bus cj: timeZone Asia/Peking is no zone; give one such as Asia/Shanghai",
  ],
  [
    "one meter twice",
    { buses: bus(CJT, { units: [CJT.units[0], { ...CJT.units[0], address: "22220012345678", channels: {} }] }) },
    "buses.json: bus cj: meter M-1 is there twice: put its channels into one unit",
  ],
  [
    "a radio record that does not exist",
    { buses: bus(RADIO, { units: [{ ...RADIO.units[0], channels: { volumen: "M-1.total" } }] }) },
    "buses.json: bus radio, meter M-1: volumen is no record; give one of volume, flow, temperature, return_temperature, external_temperature, pressure, vol",
  ],
  [
    "a radio address that is none",
    { buses: bus(RADIO, { units: [{ ...RADIO.units[0], address: "12345678" }] }) },
    "buses.json: buses.0.units.0.address: must be maker and number, such as KAM-12345678",
  ],
  [
    "a profile under another name",
    { profile: (own) => Object.assign(own, { name: "other" }) },
    "profiles/own.json: name: the profile is called other: call the file other.json, or mend name",
  ],
  [
    "a profile without a source",
    { profile: (own) => Object.assign(own, { source: undefined }) },
    "profiles/own.json: source: is missing: it must be a group of keys",
  ],
  [
    "a register of no known quantity",
    { profile: (own) => register(own, { quantity: "volume" }) },
    "profiles/own.json: registers.forward_total.quantity: must be one of forward_total, reverse_total, net_total, vb_total, vm_total, flow, pressure, tempe",
  ],
  [
    "a register without a captured word",
    { profile: (own) => Object.assign(own, { vectors: [] }) },
    "profiles/own.json: registers.flow: flow has no vector: add words that a meter sent and what its dial showed (verified: false where they are computed)",
  ],
  [
    "words that do not decode to the dial",
    { profile: (own) => Object.assign((own.vectors as Json[])[0] ?? {}, { value: 1 }) },
    "profiles/own.json: vectors.0: flow 0000 4234 decodes to 45, not 1 m3/h",
  ],
  [
    "a group that no profile describes",
    { profile: (own) => register(own, { group: "fast" }) },
    "profiles/own.json: registers.forward_total: forward_total is in group fast, which groups does not describe: describe it there, or leave group out",
  ],
  [
    "an address outside",
    { profile: (own) => Object.assign(own, { addressBase: 40_001 }) },
    "profiles/own.json: registers.flow: flow lies outside the address space; check addressBase",
  ],
  [
    "a command that writes nothing",
    {
      profile: (own) => Object.assign(own, { commands: { valve_close: { functionCode: 5, address: 5, values: [] } } }),
    },
    "profiles/own.json: commands.valve_close.values: must have at least one entry",
  ],
  [
    "a coil as the manual writes it",
    {
      profile: (own) =>
        Object.assign(own, { commands: { valve_open: { functionCode: 5, address: 5, values: [65_280] } } }),
    },
    "profiles/own.json: commands.valve_open: valve_open sets coils, which are 0 or 1: write 1 where the manual says FF00",
  ],
  [
    "two words for a function that takes one",
    {
      profile: (own) =>
        Object.assign(own, { commands: { valve_open: { functionCode: 6, address: 5, values: [1, 2] } } }),
    },
    "profiles/own.json: commands.valve_open: valve_open writes 2 values by function 6, which takes one: use 16",
  ],
  [
    "a command that is confirmed by a bit which shows 5",
    { profile: (own) => confirmedBy(own, { functionCode: 2, part: { address: 6, type: "bit" }, value: 5 }) },
    "profiles/own.json: commands.valve_open: confirm of valve_open can never show 5: a bit is 0 or 1",
  ],
  [
    "a command that is confirmed by a coil read as a word",
    { profile: (own) => confirmedBy(own, { functionCode: 1, part: { address: 6, type: "uint16" }, value: 1 }) },
    "profiles/own.json: commands.valve_open: confirm of valve_open reads a coil or discrete input: its type is bit",
  ],
  [
    "a function code that writes nothing",
    {
      profile: (own) => Object.assign(own, { commands: { valve_close: { functionCode: 3, address: 5, values: [1] } } }),
    },
    "profiles/own.json: commands.valve_close.functionCode: must be one of 5, 6, 15, 16, and is 3",
  ],
];

it.each(CASES)("%s is named with its file, its place, and what to write in its stead", async (_, wrong, expected) => {
  const [first = ""] = await faultsOf(wrong);
  expect(first.slice(0, expected.length)).toBe(expected);
});

it("nothing is wrong with what is right", async () => {
  expect(await faultsOf({})).toEqual([]);
  for (const right of [SERIAL, OPC, CJT, RADIO]) expect(await faultsOf({ buses: config(right) })).toEqual([]);
});

it("faults of several files come all at once", async () => {
  const faults = await faultsOf({
    agent: { clockFile: "none.json" },
    buses: bus(MODBUS, { port: "502", hots: "x" }),
    profile: (own) => register(own, { quantity: "volume" }),
  });
  expect(faults.map((fault) => fault.split(": ").slice(0, 2).join(": "))).toEqual([
    "buses.json: buses.0.port",
    "buses.json: buses.0",
    "none.json: there is no such file",
    "profiles/own.json: registers.forward_total.quantity",
  ]);
});
