import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { removeEmbeddedPostgres } from "@nightflow/storage";
import { afterAll, expect, it } from "vitest";
import { parse, stringify } from "yaml";
import { freePorts } from "./commands/free-ports.ts";
import { makeFirstAdmin } from "./testing/first-admin.ts";
import { Program } from "./testing/program.ts";

const DOC = readFileSync(new URL("../../docs/first-steps.md", import.meta.url), "utf8");

const folder = mkdtempSync(join(tmpdir(), "nf-first-steps-"));
const [api = 0, mqtt = 0, postgres = 0] = await freePorts(3);
const ports = { api: { port: api, collectionMaxAgeMs: 0 }, postgres: { port: postgres }, operate: { port: 0 } };
const started: Program[] = [];

afterAll(async () => {
  for (const program of started) program.kill();
  await Promise.all(started.map((program) => program.ended()));
  await removeEmbeddedPostgres(join(folder, "data", "postgres"));
  rmSync(folder, { recursive: true, force: true });
});

/** A command that the page shows, as a newcomer runs it; `more` are options of this test alone. */
function nightflow(command: string, ...more: string[]): Program {
  expect(DOC).toContain(`npm run nightflow -- ${command}`);
  const program = new Program(folder, [...command.split(" "), ...more]);
  started.push(program);
  return program;
}

async function done(program: Program): Promise<string> {
  expect(await program.ended(), program.output).toBe(0);
  return program.output;
}

/** A file that the page shows in full. */
function fileInDoc(name: string): Record<string, Record<string, unknown>> {
  const [, text] = new RegExp(`\`\`\`yaml\n# ${name.replace(".", "\\.")}\n([^\`]+)\`\`\``).exec(DOC) ?? [];
  if (text === undefined) throw new Error(`the page shows no ${name}`);
  return parse(text);
}

function write(name: string, content: object): void {
  writeFileSync(join(folder, name), stringify(content));
}

async function start(command: string, ready: string, ...more: string[]): Promise<Program> {
  const program = nightflow(command, ...more);
  await program.writes(ready);
  return program;
}

/** Files in the data folder that other users of the machine can read; PostgreSQL's own are in a folder of its own user. */
function readableByOthers(data: string): string[] {
  return readdirSync(data, { recursive: true, encoding: "utf8" })
    .filter((name) => !name.startsWith("postgres"))
    .filter((name) => {
      const found = statSync(join(data, name), { throwIfNoEntry: false });
      return found?.isFile() === true && (found.mode & 0o044) !== 0;
    });
}

it("the first steps of the documentation lead from nothing to read meters", { timeout: 180_000 }, async () => {
  write("nightflow.yaml", { ...ports, broker: { port: mqtt } });
  const freely = ["--modbus-port", "0", "--opcua-port", "0", "--control-port", "0"];
  const [up] = await Promise.all([
    start("up", "/setup#token="),
    start("simulators --setup my-town", "the town is served", ...freely),
  ]);
  const admin = await makeFirstAdmin(`http://127.0.0.1:${api}`, up.output);
  expect(await done(nightflow("registry import my-town --dry-run"))).toContain("nothing was changed");
  await done(nightflow("registry import my-town"));
  expect(await done(nightflow("identity gw-1"))).toContain("- { name: gw-1, role: agent, site: town, passwordFile: ");
  const { broker } = fileInDoc("nightflow.yaml");
  write("nightflow.yaml", { ...ports, broker: { port: mqtt, ...broker } });
  expect(await done(nightflow("password control"))).toContain("The new password of control");
  expect(await up.stop()).toBe(0);
  await start("up", "nightflow up is ready");
  const agent = fileInDoc("gw-1.yaml");
  write("gw-1.yaml", { ...agent, mqtt: { ...agent.mqtt, url: `mqtt://127.0.0.1:${mqtt}` } });
  await start("agent gw-1.yaml", "mqtt: connected");
  const good = async () => (await admin.get<{ total: { good: number } }>("/api/collection")).total.good;
  expect(readableByOthers(join(folder, "data"))).toEqual([]);
  // All but the two meters on OPC UA, which report at the quarters of an hour.
  await expect.poll(good, { timeout: 60_000, interval: 500 }).toBeGreaterThanOrEqual(209);
});
