import { parseArgs } from "node:util";
import type { ModbusFraming, Transport } from "@nightflow/domain";
import { NightflowError, unitIdsIn } from "@nightflow/domain";
import { type Dial, parseDial } from "./dial.ts";

/** What was typed to `probe` cannot work. */
export class ProbeUsageError extends NightflowError {
  readonly code = "PROBE_USAGE";
  readonly retriable = false;
}

/** What to look at, and over which line. */
export interface ProbeOptions {
  readonly transport: Transport;
  readonly framing: ModbusFraming;
  readonly unitIds: readonly number[];
  readonly timeoutMs: number;
  readonly read: { readonly functionCode: 3 | 4; readonly from: number; readonly to: number } | undefined;
  readonly dial: Dial | undefined;
  readonly earlierFile: string | undefined;
  readonly saveFile: string | undefined;
  readonly profile: string | undefined;
  readonly everyS: number;
  readonly q3M3h: number | undefined;
  readonly nominalDiameterMm: number | undefined;
  readonly isGas: boolean;
  /** Folder that gets what agent and registry need for this meter. */
  readonly setupFolder: string | undefined;
  readonly meter: string;
  readonly writeFile: string | undefined;
  readonly manualAddress: number | undefined;
  readonly isJson: boolean;
}

/** The help of the command. */
export const PROBE_USAGE = `Find out what a Modbus meter says, before you write a line of configuration.

  probe --tcp HOST:PORT                                  which units are there
  probe --tcp HOST:PORT --units 1 --read 3:0-39          every way to read that block
  … --dial 1234.5                                        … and which of them gives what the dial shows
  probe --tcp HOST:PORT --units 1 --profile tuf-2000     three readings, judged: sign, unit, direction, size

line        --tcp HOST:PORT | --serial PATH [--baud 9600] [--parity none|even|odd] [--stop 1|2]
            --framing tcp|rtu|ascii   default: tcp on --tcp, rtu on --serial
            --units 1-32,40           default: 1-32
            --timeout MS              wait for one answer; default 500
reading     --read FC:FROM-TO         function code 3 or 4, addresses from 0 as they go over the wire
            --dial NUMBER             what the dial shows at this moment
            --save FILE               keep this reading; later: --earlier FILE with a new --dial
            --manual-address NUMBER   how the manual numbers the total: tells its address base
            --write FILE.json         write the profile that was found; --gas for a total in Sm3
meter       --profile NAME|FILE.json  a bundled profile or one of yours
            --every SECONDS           between the three readings; default 10
            --q3 M3H | --dn MM        what the type plate says; --gas where it is a gas meter
            --setup FOLDER            write what agent and registry need; --meter ID, default M-0001
output      --json                    one JSON object on standard output
`;

const OPTIONS = {
  tcp: { type: "string" },
  serial: { type: "string" },
  baud: { type: "string", default: "9600" },
  parity: { type: "string", default: "none" },
  stop: { type: "string", default: "1" },
  framing: { type: "string" },
  units: { type: "string", default: "1-32" },
  timeout: { type: "string", default: "500" },
  read: { type: "string" },
  dial: { type: "string" },
  earlier: { type: "string" },
  save: { type: "string" },
  profile: { type: "string" },
  every: { type: "string", default: "10" },
  q3: { type: "string" },
  dn: { type: "string" },
  gas: { type: "boolean", default: false },
  write: { type: "string" },
  setup: { type: "string" },
  meter: { type: "string", default: "M-0001" },
  "manual-address": { type: "string" },
  json: { type: "boolean", default: false },
  help: { type: "boolean", default: false },
} as const;

type Values = ReturnType<typeof parseArgs<{ options: typeof OPTIONS }>>["values"];

/** The options in `args`; undefined where help is asked for. @throws {ProbeUsageError} naming what is wrong and how it is written. */
export function parseProbeOptions(args: readonly string[]): ProbeOptions | undefined {
  const values = valuesOf(args);
  if (values.help || args.length === 0) return undefined;
  const transport = transportOf(values);
  return {
    transport,
    framing: oneOf(
      values.framing ?? (transport.kind === "serial" ? "rtu" : "tcp"),
      ["tcp", "rtu", "ascii"],
      "--framing",
    ),
    unitIds: unitIdsOf(values.units),
    timeoutMs: numberOf(values.timeout, "--timeout", 10, 60_000),
    read: values.read === undefined ? undefined : readOf(values.read),
    dial: values.dial === undefined ? undefined : dialOf(values.dial),
    earlierFile: values.earlier,
    saveFile: values.save,
    profile: values.profile,
    everyS: numberOf(values.every, "--every", 0, 3600),
    q3M3h: values.q3 === undefined ? undefined : numberOf(values.q3, "--q3", 0.001, 1e6),
    nominalDiameterMm: values.dn === undefined ? undefined : numberOf(values.dn, "--dn", 1, 5000),
    isGas: values.gas,
    setupFolder: values.setup,
    meter: meterOf(values.meter),
    writeFile: values.write,
    manualAddress:
      values["manual-address"] === undefined
        ? undefined
        : numberOf(values["manual-address"], "--manual-address", 0, 465_536),
    isJson: values.json,
  };
}

function valuesOf(args: readonly string[]): Values {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, strict: true }).values;
  } catch (error) {
    throw new ProbeUsageError(error instanceof Error ? error.message : String(error), { remedy: "see probe --help" });
  }
}

function transportOf({ tcp, serial, baud, parity, stop }: Values): Transport {
  if ((tcp === undefined) === (serial === undefined)) throw usage("give --tcp HOST:PORT or --serial PATH, one of them");
  if (serial !== undefined)
    return {
      kind: "serial",
      path: serial,
      baudRate: numberOf(baud, "--baud", 110, 4_000_000),
      dataBits: 8,
      parity: oneOf(parity, ["none", "even", "odd"], "--parity"),
      stopBits: stop === "2" ? 2 : 1,
      rts: "off",
      echo: false,
    };
  const match = /^\[?([^\]]+?)\]?(?::(\d{1,5}))?$/.exec(tcp ?? "");
  if (match === null) throw usage(`--tcp ${tcp} is no HOST:PORT, such as 192.168.1.20:502`);
  const port = numberOf(match[2] ?? "502", "the port of --tcp", 1, 65_535);
  return { kind: "tcp", host: match[1] ?? "", port, connectTimeoutMs: 5000 };
}

function unitIdsOf(text: string): number[] {
  const ids = unitIdsIn(text);
  if (ids === null) throw usage(`--units ${text} is no list of unit ids, such as 1-32,40`);
  return ids;
}

function meterOf(text: string): string {
  if (!/^[A-Za-z0-9_.:-]{1,48}$/.test(text))
    throw usage(`--meter ${text} is no id of 1 to 48 characters of A-Z a-z 0-9 _ . : -`);
  return text;
}

function readOf(text: string): NonNullable<ProbeOptions["read"]> {
  const match = /^([34]):(\d{1,5})-(\d{1,5})$/.exec(text);
  const [from, to] = [Number(match?.[2]), Number(match?.[3])];
  if (match === null || from > to || to > 65_535 || to - from >= 1000)
    throw usage(
      `--read ${text} is no block of at most 1000 registers, such as 3:0-39 (function code 3, addresses 0 to 39)`,
    );
  return { functionCode: match[1] === "4" ? 4 : 3, from, to };
}

function dialOf(text: string): Dial {
  const dial = parseDial(text);
  if (dial === undefined) throw usage(`--dial ${text} is no number, such as 1234.5`);
  return dial;
}

function numberOf(text: string, what: string, least: number, most: number): number {
  const number = Number(text);
  if (text.trim() === "" || !(number >= least && number <= most))
    throw usage(`${what} ${text} is no number from ${least} to ${most}`);
  return number;
}

function oneOf<Choice extends string>(text: string, choices: readonly Choice[], what: string): Choice {
  const choice = choices.find((each) => each === text);
  if (choice === undefined) throw usage(`${what} ${text} is none of ${choices.join(", ")}`);
  return choice;
}

function usage(message: string): ProbeUsageError {
  return new ProbeUsageError(message, { remedy: "see probe --help" });
}
