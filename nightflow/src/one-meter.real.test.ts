import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startSingleDevice } from "@nightflow/simulators";
import { removeEmbeddedPostgres } from "@nightflow/storage";
import { afterAll, expect, it } from "vitest";
import { parse, stringify } from "yaml";
import { freePorts } from "./commands/free-ports.ts";
import { makeFirstAdmin } from "./testing/first-admin.ts";
import { Program } from "./testing/program.ts";

const DOC = readFileSync(new URL("../../docs/one-meter.md", import.meta.url), "utf8");
const SHOWN_AT_FIRST_L = 1_234_567;

const folder = mkdtempSync(join(tmpdir(), "nf-one-meter-"));
const [api = 0, mqtt = 0, postgres = 0] = await freePorts(3);
const started: Program[] = [];

/** Gas runs through it: a litre with each look at the total, which is looked at in two parts. */
let looks = 0;
const shownL = () => SHOWN_AT_FIRST_L + Math.floor(looks / 2);
/** A thermal gas meter, which nobody has told the agent of: m³ and what is over, low words first, at 6 to 9. */
const meter = await startSingleDevice("tms-thermal-gas", (name) => {
  if (name !== "vb_total") return name === "flow" ? 3.6 : 20;
  const litres = shownL();
  looks++;
  return litres;
});

afterAll(async () => {
  for (const program of started) program.kill();
  await Promise.all(started.map((program) => program.ended()));
  await meter.close();
  await removeEmbeddedPostgres(join(folder, "data", "postgres"));
  rmSync(folder, { recursive: true, force: true });
});

/** What stands in a newcomer's own place where the page has its example. */
const HERE: Readonly<Record<string, string>> = {
  "127.0.0.1:1502": `127.0.0.1:${meter.port}`,
  "--dial 428.88": "--dial 1234.56",
  "--manual-address 9": "--manual-address 7",
  "--profile tuf-2000": "--profile my-meter.json",
};

/** The command of the page that begins so, as a newcomer types it; `more` are options of this meter or test alone. */
function nightflow(begin: string, ...more: string[]): Program {
  const line = DOC.split("\n").find((each) => each.startsWith(`npm run nightflow -- ${begin}`));
  if (line === undefined) throw new Error(`the page shows no command ${begin}`);
  const typed = Object.entries(HERE).reduce((text, [example, own]) => text.replace(example, own), line);
  const program = new Program(folder, [...typed.replace("npm run nightflow -- ", "").split(" "), ...more]);
  started.push(program);
  return program;
}

async function done(program: Program): Promise<string> {
  expect(await program.ended(), program.output).toBe(0);
  return program.output;
}

async function start(begin: string, ready: string): Promise<Program> {
  const program = nightflow(begin);
  await program.writes(ready);
  return program;
}

/** The lines that the page puts into `nightflow.yaml`, with free ports. */
function writeSettings(): void {
  const [, text = ""] = /```yaml\n([^`]+)```/.exec(DOC) ?? [];
  const { broker } = parse(text) as { broker: object };
  const ports = { api: { port: api, collectionMaxAgeMs: 0 }, postgres: { port: postgres }, operate: { port: 0 } };
  writeFileSync(join(folder, "nightflow.yaml"), stringify({ ...ports, broker: { port: mqtt, ...broker } }));
}

/** The agent's own file as the probe wrote it, for the broker's free port. */
function pointAgentAtBroker(): void {
  const file = join(folder, "my-meter", "gw-1.yaml");
  const text = readFileSync(file, "utf8");
  expect(text).toContain("mqtt://127.0.0.1:1883");
  writeFileSync(file, text.replace("mqtt://127.0.0.1:1883", `mqtt://127.0.0.1:${mqtt}`));
}

interface Readings {
  readonly items: readonly { readonly unit: string; readonly value: number | null; readonly quality: string }[];
}

it("one meter that nobody knew is found, understood, commissioned and collected by the commands of the page", {
  timeout: 180_000,
}, async () => {
  const scan = await done(nightflow("probe --tcp 127.0.0.1:1502 --units 1-12"));
  expect(scan).toContain("unit 11: answers");
  expect(scan).toContain("does not look at the unit id");

  const block = await done(nightflow("probe --tcp 127.0.0.1:1502 --units 11 --read", "--gas"));
  expect(block).toMatch(/order.*CDAB/i);
  expect(block).toMatch(/u?int32 CDAB at 6 \+ float32 CDAB at 8 = 1234\.5/);
  expect(block).toContain("the manual counts from 1 (its 7 is 6 on the wire)");

  const commission = nightflow("probe --tcp 127.0.0.1:1502 --units 11 --profile", "--gas", "--every", "1");
  const judged = await done(commission);
  expect(judged.match(/^Reading \d/gm)).toEqual(["Reading 1", "Reading 2", "Reading 3"]);
  expect(judged).not.toContain("WRONG");
  expect(judged).toContain("Written to my-meter: ");

  await done(nightflow("identity gw-1"));
  writeSettings();
  pointAgentAtBroker();
  const up = await start("up", "/setup#token=");
  const admin = await makeFirstAdmin(`http://127.0.0.1:${api}`, up.output);
  await done(nightflow("registry import my-meter"));
  const litresBefore = shownL();
  await start("agent my-meter/gw-1.yaml", "mqtt: connected");
  const readings = async () => (await admin.get<Readings>("/api/meters/M-0001/readings?limit=10")).items;
  const isRead = async () => (await readings()).some(({ value }) => value !== null);
  await expect.poll(isRead, { timeout: 60_000, interval: 500 }).toBe(true);
  for (const { unit, value, quality } of await readings()) {
    expect([unit, quality]).toEqual(["Sm3", "good"]);
    expect(value).toBeGreaterThanOrEqual(litresBefore / 1000);
    expect(value).toBeLessThanOrEqual(shownL() / 1000);
  }
  const good = async () => (await admin.get<{ total: { good: number } }>("/api/collection")).total.good;
  await expect.poll(good, { timeout: 60_000, interval: 500 }).toBe(1);
});
