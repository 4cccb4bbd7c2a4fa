import { z } from "zod";
import { Id } from "../text.ts";
import { DailyWindow } from "./cjt188.ts";
import { Period } from "./period.ts";
import { SlowTransport } from "./slow-transport.ts";

const Channels = z.record(Id, Id).meta({
  description:
    "Record → channel id: `volume`, `flow`, `temperature`, `pressure`, …, with `.max` `.min`, `.s1` (storage), `.t1` (tariff), `.u1` (subunit), `.reverse`, `.base`; or `status`.",
});

const timeZone = z.string().min(1).default("Asia/Shanghai").meta({ description: "Zone that the meters' clocks show." });
const clockToleranceS = z.int().min(1).max(86_400).default(300).meta({
  description:
    "A meter's clock that is off by more is not believed: its readings bear the agent's time and the flag clock_shift.",
  unit: "s",
});

/** One meter on a wired M-Bus. */
export const MbusUnit = z.strictObject({
  meter: Id,
  address: z.union([
    z.strictObject({ primary: z.int().min(0).max(250) }),
    z.strictObject({
      number: z
        .string()
        .regex(/^[0-9F]{8}$/, "must be the eight digits on the meter; F stands for any")
        .meta({ description: "Secondary address: the meter's number." }),
      maker: z
        .string()
        .regex(/^[A-Z]{3}$/, "must be three letters, such as KAM")
        .optional(),
      version: z.int().min(0).max(255).optional(),
      medium: z.int().min(0).max(255).optional(),
    }),
  ]),
  periodS: Period,
  awake: DailyWindow.optional().meta({
    description: "When a battery meter answers; outside of it nothing is asked and nothing is missing.",
  }),
  channels: Channels,
});
export type MbusUnit = z.infer<typeof MbusUnit>;

/** A line of M-Bus meters, behind a level converter or a gateway. One request is in flight on it at any time. */
export const MbusBus = z.strictObject({
  id: Id,
  kind: z.literal("mbus"),
  transport: SlowTransport,
  timeoutMs: z
    .int()
    .min(100)
    .max(60_000)
    .default(3000)
    .meta({ description: "Longest wait for one answer; one of 250 bytes takes 1.2 s at 2400 baud.", unit: "ms" }),
  gapMs: z.int().min(0).max(10_000).default(100).meta({ description: "Pause between two requests.", unit: "ms" }),
  retries: z.int().min(0).max(10).default(2),
  timeZone,
  clockToleranceS,
  units: z.array(MbusUnit).min(1).max(1000),
});
export type MbusBus = z.infer<typeof MbusBus>;

/** What is done with telegrams that anybody could have sent, because they are not encrypted. */
export const PlainTelegrams = z.enum(["without-key", "accept", "refuse"]);
export type PlainTelegrams = z.infer<typeof PlainTelegrams>;

/** One meter whose telegrams a radio gateway hears. */
export const WmbusUnit = z.strictObject({
  meter: Id,
  address: z
    .string()
    .regex(/^[A-Z]{3}-[0-9A-F]{8}$/, "must be maker and number, such as KAM-12345678")
    .meta({ description: "As the meter calls itself. Its key stands under this name in the keys file." }),
  periodS: Period.meta({
    description: "One telegram of each period is kept; a period without any is missing.",
    unit: "s",
  }),
  plain: PlainTelegrams.optional().meta({ description: "What is done with this meter's; else what the bus says." }),
  channels: Channels,
});
export type WmbusUnit = z.infer<typeof WmbusUnit>;

/** Where a radio gateway's telegrams come from. */
export const WmbusSource = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("tcp-listen"),
    host: z.string().min(1).default("127.0.0.1").meta({
      description: "Address to listen on. A gateway shows no password: let it in by a private network only.",
    }),
    port: z.int().min(1).max(65_535),
  }),
  z.strictObject({
    kind: z.literal("udp-listen"),
    host: z.string().min(1).default("127.0.0.1"),
    port: z.int().min(1).max(65_535),
  }),
  z.strictObject({
    kind: z.literal("tcp-connect"),
    host: z.string().min(1),
    port: z.int().min(1).max(65_535),
  }),
]);
export type WmbusSource = z.infer<typeof WmbusSource>;

/** A radio gateway that passes telegrams of wireless M-Bus on. */
export const WmbusBus = z.strictObject({
  id: Id,
  kind: z.literal("wmbus"),
  source: WmbusSource,
  format: z.enum(["lines", "binary"]).default("lines").meta({
    description:
      "`lines`: one telegram a line, as hex, as rtl_wmbus writes them, as `telegram=|…|`, or as JSON with the hex under `telegram`. `binary`: bare telegrams one after the other, each beginning with its length.",
  }),
  keysFile: z
    .string()
    .regex(/^(?!.*\.\.)[A-Za-z0-9_][A-Za-z0-9_./-]{0,199}$/, "must be a file below the agent's folder")
    .optional()
    .meta({
      description: "File of AES keys in the agent's folder, a line `KAM-12345678 0123…` each. Keys never stand here.",
    }),
  plain: PlainTelegrams.default("without-key").meta({
    description:
      "Telegrams without encryption: `without-key` refuses them of meters that have a key in `keysFile`; `accept` takes all, for gateways that decrypt by themselves; `refuse` takes none.",
  }),
  timeZone,
  clockToleranceS,
  units: z.array(WmbusUnit).max(50_000),
});
export type WmbusBus = z.infer<typeof WmbusBus>;
