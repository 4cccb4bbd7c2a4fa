import { readdirSync, readFileSync } from "node:fs";
import {
  BatchScanner,
  checkAgentConfig,
  decodeAck,
  decodeAgentConfig,
  decodeBatch,
  decodeCommand,
  decodeCommandReply,
  decodeConfigReport,
  decodeDevicePayload,
  decodeHeartbeat,
  decodeStatus,
  decodeTimeAnswer,
  decodeTimeQuestion,
  encodeHeartbeat,
  faultOfWireReading,
  fromWireReading,
  type Heartbeat,
  MeterProfile,
  WireError,
  type WireReading,
} from "@nightflow/domain";
import { decodeSparkplug, encodeRebirthCommand } from "@nightflow/ingest/sparkplug-payload";
import type { FuzzTarget } from "./target.ts";

const ROOT = new URL("../../../", import.meta.url);
const isWireError = (error: unknown): boolean => error instanceof WireError;

const GOLDEN = new URL("domain/src/wire/golden/", ROOT);
const golden = (start: string): Uint8Array[] =>
  readdirSync(GOLDEN)
    .filter((file) => file.startsWith(`${start}.`))
    .map((file) => readFileSync(new URL(file, GOLDEN)));

function codec(name: string, seeds: readonly Uint8Array[], run: (bytes: Uint8Array) => unknown, share = 2): FuzzTarget {
  return { name, share, seeds, isDeclared: isWireError, run };
}

/** A batch goes through both of its readers, and each reading by itself. */
const batchTarget = codec(
  "batches",
  golden("batch"),
  (bytes) => {
    SCANNER.scan(bytes);
    return taken(decodeBatch(bytes).readings);
  },
  12,
);
const SCANNER = new BatchScanner();

/** Readings are as sent: each is checked by itself, in batches and in replies. */
function taken(readings: readonly unknown[] = []): unknown {
  return readings
    .filter((reading) => faultOfWireReading(reading) === undefined)
    .map((reading) => fromWireReading(reading as WireReading));
}

const HEARTBEAT = {
  site: "town",
  state: "online",
  at: 1_790_000_000_000,
  everyS: 60,
  isReady: false,
  reasons: ["store"],
} satisfies Omit<Heartbeat, "v">;

const PROFILES = new URL("edge-agent/profiles/", ROOT);
const profileTarget: FuzzTarget = {
  name: "profiles of people",
  share: 0.3,
  seeds: ["tuf-2000.json", "arkon-mags1.json"].map((file) =>
    Buffer.from(JSON.stringify(JSON.parse(readFileSync(new URL(file, PROFILES), "utf8")))),
  ),
  isDeclared: (error) => error instanceof SyntaxError,
  run: (bytes) => MeterProfile.safeParse(JSON.parse(Buffer.from(bytes).toString("utf8"))).success,
};

const configTarget: FuzzTarget = {
  name: "configurations",
  share: 0.5,
  seeds: golden("config"),
  isDeclared: (error) => error instanceof SyntaxError,
  run: (bytes) => checkAgentConfig(JSON.parse(Buffer.from(bytes).toString("utf8"))).faults.length,
};

/** Every payload that comes over MQTT, and what people write. */
export const WIRE_TARGETS: readonly FuzzTarget[] = [
  batchTarget,
  codec("acks", golden("ack"), decodeAck),
  codec("statuses", golden("status"), decodeStatus),
  codec("commands", golden("command"), decodeCommand),
  codec("replies to commands", golden("command-reply"), (bytes) => taken(decodeCommandReply(bytes).readings)),
  codec("reports of configuration", golden("config-report"), decodeConfigReport, 1),
  codec("configurations on the wire", golden("config"), decodeAgentConfig, 0.5),
  codec("heartbeats", [Buffer.from(encodeHeartbeat(HEARTBEAT))], decodeHeartbeat),
  codec("questions for the time", golden("time"), decodeTimeQuestion),
  codec("answers of the time", golden("time-reply"), decodeTimeAnswer),
  codec("devices' JSON", golden("device"), decodeDevicePayload, 8),
  codec("Sparkplug", [encodeRebirthCommand(1_790_000_000_000)], decodeSparkplug, 12),
  profileTarget,
  configTarget,
];
