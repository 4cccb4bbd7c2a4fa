import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { AgentConfig, type Bus, type Reading } from "@nightflow/domain";
import pino from "pino";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { AnsweringTransport } from "../../testing/answering-transport.ts";
import { FakeTime } from "../../testing/fake-time.ts";
import { cjt188Meters } from "../cjt188/driver.ts";
import { mbusMeters } from "../mbus/driver.ts";
import { PolledBus } from "./polled-bus.ts";
import { QuestionLine } from "./question-line.ts";

const FOLDERS = ["cjt188", "mbus"].map((driver) => join(import.meta.dirname, "..", driver, "golden"));

/** Bytes out, bytes in, and the readings that are made of them. A field complaint becomes a file. */
const GoldenFile = z.strictObject({
  source: z.string(),
  verified: z
    .boolean()
    .meta({ description: "Whether the bytes were captured of a meter, or stand in a published document." }),
  at: z.iso.datetime({ offset: true }).meta({ description: "What the agent's clock shows when it asks." }),
  bus: z.record(z.string(), z.unknown()),
  channels: z.array(z.unknown()),
  exchanges: z.array(z.strictObject({ out: z.string(), in: z.array(z.string()) })),
  /** An order that is carried out after the first poll, and what comes of it. */
  order: z.strictObject({ meter: z.string(), command: z.string(), result: z.looseObject({}) }).optional(),
  readings: z.array(z.looseObject({ channel: z.string() })),
  lastError: z.string().nullable(),
});
type GoldenFile = z.infer<typeof GoldenFile>;

const bytesOf = (hex: string) => Buffer.from(hex.replaceAll(" ", ""), "hex");
const shown = (bytes: Buffer) => (bytes.toString("hex").toUpperCase().match(/../g) ?? []).join(" ");

const files = FOLDERS.flatMap((folder) =>
  readdirSync(folder).map((file) => ({
    name: file.replace(/\.json$/, "").replaceAll("-", " "),
    file: GoldenFile.parse(JSON.parse(readFileSync(join(folder, file), "utf8"))),
  })),
);

function metersOf(bus: Bus, deps: Parameters<typeof cjt188Meters>[1], line: QuestionLine) {
  if (bus.kind === "cjt188") return cjt188Meters(bus, deps, line);
  if (bus.kind === "mbus") return mbusMeters(bus, deps, line);
  throw new Error(`no golden files of ${bus.kind}`);
}

async function play(file: GoldenFile) {
  const time = new FakeTime(Date.parse(file.at));
  const config = AgentConfig.parse({ v: 1, channels: file.channels, buses: [file.bus] });
  const [bus] = config.buses;
  if (bus === undefined) throw new Error("no bus");
  const played: { out: string; in: string[] }[] = [];
  const transport = new AnsweringTransport(time, (request) => {
    const answers = file.exchanges[played.length]?.in ?? [];
    played.push({ out: shown(request), in: answers });
    for (const [at, piece] of answers.slice(1).entries())
      time.after(60 + at * 10, () => transport.arrive(bytesOf(piece)));
    return answers[0] === undefined ? undefined : { bytes: bytesOf(answers[0]), afterMs: 50 };
  });
  const readings: Reading[] = [];
  const line = new QuestionLine({ transport, gapMs: 0, msPerByte: 0, timers: time, realNow: () => time.now() });
  const channels = new Map(config.channels.map((channel) => [channel.id as string, channel]));
  const running = new PolledBus({
    id: bus.id,
    protocol: bus.kind,
    timeoutMs: 1000,
    retries: 0,
    meters: metersOf(bus, { channels, clock: time }, line),
    line,
    clock: time,
    timers: time,
    realNow: () => time.now(),
    random: () => 0.5,
    logger: pino({ level: "silent" }),
    collect: (taken) => readings.push(...taken),
  });
  await time.run(2000);
  const order = file.order && running.write({ kind: "command", ...file.order });
  await time.run(20_000);
  return { played, readings, order: await order, lastError: running.health()[0]?.lastError };
}

describe("golden bytes", () => {
  it.each(files)("of $name go over the line as they stand, and mean what they say", async ({ file }) => {
    const { played, readings, order, lastError } = await play(file);
    expect(played).toEqual(file.exchanges);
    expect(readings).toMatchObject(file.readings);
    expect(lastError).toBe(file.lastError);
    if (file.order !== undefined) expect(order).toMatchObject(file.order.result);
  });
});
