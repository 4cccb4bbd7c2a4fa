import { crc32 } from "node:zlib";
import { decodeRegister, MeterDataError, type ModbusFraming, partsOf, wordsOfPart } from "@nightflow/domain";
import { loadProfiles } from "@nightflow/edge-agent";
import {
  bundledDialects,
  Cjt188Scanner,
  decodeCjt188Frame,
  decodeDeviceTime,
  decodeHistory,
  decodeMbusFrame,
  decodeMbusHeader,
  decodeMbusRecords,
  decodeMeterData,
  decodePdu,
  decodeWmbusTelegram,
  encodeFrame,
  encodeMbusFrame,
  encodeWmbusLink,
  framingOf,
  MbusScanner,
  matchDial,
  parseDial,
  scanFrames,
} from "@nightflow/edge-agent/decoders";
import type { FuzzTarget } from "./target.ts";

const hex = (text: string): Uint8Array => Buffer.from(text.replaceAll(" ", ""), "hex");
const isMeterData = (error: unknown): boolean => error instanceof MeterDataError;
const never = (): boolean => false;

/** Answers of a TUF-2000, to a read of coils, and a refusal. */
const PDUS = [
  "03 14 00 00 42 34 00 00 00 00 00 00 3F 80 00 00 44 B9 E2 40 00 01",
  "01 02 CD 01",
  "83 02",
  "10 00 01 00 02",
];

function framingTarget(name: ModbusFraming): FuzzTarget {
  const framing = framingOf(name);
  const frames = PDUS.map((pdu) => framing.encode({ unitId: 1, pdu: Buffer.from(hex(pdu)), transactionId: 7 }));
  return {
    name: `Modbus ${name} frames`,
    share: 10,
    seeds: [...frames, Buffer.concat(frames)],
    ...(name === "rtu" && { repair: withCrc16 }),
    isDeclared: never,
    run(bytes) {
      const decoder = framing.decoder();
      const cut = (bytes[0] ?? 0) % (bytes.length + 1);
      const expected = { unitId: 1, functionCode: 3 };
      const pieces = [bytes.subarray(0, cut), bytes.subarray(cut)].map((piece) =>
        decoder.push(Buffer.from(piece), expected),
      );
      return pieces.flatMap(({ frames: found }) => found.map(({ pdu }) => decodePdu(READ, pdu)));
    },
  };
}

const READ = { functionCode: 3, address: 0, quantity: 10, words: 10 } as const;
const COILS = { functionCode: 1, address: 0, quantity: 10, words: 10 } as const;

function withCrc16(bytes: Uint8Array): void {
  let crc = 0xffff;
  for (const byte of bytes.subarray(0, -2)) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >> 1) ^ 0xa001 : crc >> 1;
  }
  bytes.set([crc & 0xff, crc >> 8], bytes.length - 2);
}

const pduTarget: FuzzTarget = {
  name: "Modbus answers",
  share: 15,
  seeds: PDUS.map(hex),
  isDeclared: never,
  run: (bytes) => [READ, COILS].map((request) => decodePdu(request, Buffer.from(bytes))),
};

const REGISTERS = [...loadProfiles().values()].flatMap((profile) => Object.values(profile.registers));

/** Register by the first two bytes, words from the rest; of one of sixteen the last word is left out. */
const profileTarget: FuzzTarget = {
  name: "registers of all profiles",
  share: 30,
  seeds: REGISTERS.slice(0, 40).map((_, at) => Buffer.concat([hex("0000"), Buffer.alloc(28, at), hex("7FC00000FFFF")])),
  isDeclared: isMeterData,
  run(bytes) {
    const register = REGISTERS[((bytes[0] ?? 0) * 256 + (bytes[1] ?? 0)) % REGISTERS.length];
    if (register === undefined) return undefined;
    let at = 2;
    const next = () => ((bytes[at++] ?? 0) << 8) | (bytes[at++] ?? 0);
    const words = partsOf(register).map((part) => Array.from({ length: wordsOfPart(part) }, next));
    if ((bytes[2] ?? 0) % 16 === 15) words.at(-1)?.pop();
    const { unit, resolution } = register;
    return decodeRegister(register, words, { unit, resolution });
  },
};

const dialTarget: FuzzTarget = {
  name: "dials and blocks of probe",
  share: 0.3,
  seeds: [hex("0000 4234 E240 0001 FBE7 3F49"), Buffer.from("123456.789")],
  isDeclared: never,
  run(bytes) {
    const words = Array.from(
      { length: Math.min(8, bytes.length >> 1) },
      (_, at) => ((bytes[at * 2] ?? 0) << 8) | (bytes[at * 2 + 1] ?? 0),
    );
    const dial = parseDial(Buffer.from(bytes).toString("latin1")) ?? { value: 123456.789, lastDigit: 0.001 };
    return matchDial({ words, dial });
  },
};

const CJT_ANSWER =
  "FE FE FE FE 68 10 78 56 34 12 00 11 11 81 16 1F 90 00 78 56 34 12 2C 00 00 00 12 2C 59 59 23 31 01 26 20 04 00 C3 16";
const CJT_REQUEST = "FE FE FE FE 68 10 78 56 34 12 00 11 11 01 03 1F 90 00 61 16";

const cjtTarget: FuzzTarget = {
  name: "CJ/T 188 frames and data",
  share: 15,
  seeds: [hex(CJT_ANSWER), hex(CJT_REQUEST)],
  repair: (bytes) => withSum(bytes, bytes.indexOf(0x68)),
  isDeclared: isMeterData,
  run(bytes) {
    const scanned = new Cjt188Scanner().push(bytes);
    const found = scanned.map(({ data }) => [decodedHistory(data), decodeDeviceTime(data.subarray(13, 20))]);
    const { data } = decodeCjt188Frame(bytes);
    return [found, [...bundledDialects().values()].map((dialect) => decodeMeterData(data, dialect))];
  },
};

function decodedHistory(data: Uint8Array): unknown {
  return data.length < 8 ? undefined : decodeHistory(data);
}

/** Sum of the bytes from `from` on in the one before the last, as CJ/T 188 and M-Bus have it. */
function withSum(bytes: Uint8Array, from: number): void {
  if (from < 0 || bytes.length < from + 3) return;
  const body = bytes.subarray(from, -2);
  bytes[bytes.length - 2] = body.reduce((sum, byte) => (sum + byte) & 0xff, 0);
  bytes[bytes.length - 1] = 0x16;
}

const MBUS_BODY = hex(
  "72 78 56 34 12 2D 2C 01 07 2A 00 00 00 04 13 15 CD 5B 07 02 3B 7F 00 44 13 00 00 00 00 0C 14 27 04 85 02 0D 78 03 41 42 43 05 13 00 00 C0 7F",
);

const mbusTarget: FuzzTarget = {
  name: "M-Bus frames and records",
  share: 20,
  seeds: [
    encodeMbusFrame({ kind: "long", control: 8, address: 1, ci: 0x72, data: MBUS_BODY.subarray(1) }),
    hex("E5"),
    hex("10 40 01 41 16"),
  ],
  repair(bytes) {
    if (bytes.length < 9 || bytes.length > 261) return;
    bytes.set([0x68, bytes.length - 6, bytes.length - 6, 0x68]);
    withSum(bytes, 4);
  },
  isDeclared: isMeterData,
  run(bytes) {
    new MbusScanner().push(bytes);
    const frame = decodeMbusFrame(bytes);
    if (frame.kind !== "long") return undefined;
    return decodeMbusRecords(decodeMbusHeader(frame.ci, frame.data).body);
  },
};

const recordsTarget: FuzzTarget = {
  name: "M-Bus records",
  share: 20,
  seeds: [MBUS_BODY.subarray(13)],
  isDeclared: isMeterData,
  run: decodeMbusRecords,
};

const wmbusTarget: FuzzTarget = {
  name: "wireless M-Bus telegrams",
  share: 15,
  seeds: [
    encodeWmbusLink({
      control: 0x44,
      identity: { maker: "KAM", number: "12345678", version: 1, medium: 7 },
      body: Buffer.concat([hex("7A 2A 00 00 00"), MBUS_BODY.subarray(13)]),
    }),
    encodeWmbusLink({
      control: 0x44,
      identity: { maker: "QDS", number: "87654321", version: 2, medium: 6 },
      body: hex("8C 00 7A 7A 01 00 10 25 00112233445566778899AABBCCDDEEFF"),
    }),
  ],
  repair: (bytes) => bytes.set([Math.max(0, bytes.length - 1) & 0xff], 0),
  isDeclared: isMeterData,
  run: (bytes) => (bytes.length === 0 ? undefined : decodeWmbusTelegram(bytes, () => Buffer.alloc(16, 7))),
};

const outboxTarget: FuzzTarget = {
  name: "outbox frames",
  share: 10,
  seeds: [
    Buffer.concat([encodeFrame(1, { seq: 1, readings: [["M-1.t", 1, 2, 0]] }), encodeFrame(2, { above: [1, 2] })]),
  ],
  repair(bytes) {
    if (bytes.length < 9) return;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    view.setUint32(0, bytes.length - 8, true);
    view.setUint32(4, crc32(bytes.subarray(8)), true);
  },
  isDeclared: never,
  run: (bytes) => scanFrames(Buffer.from(bytes)),
};

/** The decoders of the agent: whatever a line or a disk gives. */
export const AGENT_TARGETS: readonly FuzzTarget[] = [
  framingTarget("tcp"),
  framingTarget("rtu"),
  framingTarget("ascii"),
  pduTarget,
  profileTarget,
  dialTarget,
  cjtTarget,
  mbusTarget,
  recordsTarget,
  wmbusTarget,
  outboxTarget,
];
