import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { removeEmbeddedPostgres } from "@nightflow/storage";
import { afterAll, afterEach, describe, expect, it, onTestFinished } from "vitest";
import { Program } from "../testing/program.ts";
import { freePorts, isPortFree } from "./free-ports.ts";

const folder = mkdtempSync(join(tmpdir(), "nf-starting-"));
const [api = 0, mqtt = 0, postgres = 0] = await freePorts(3);
const settings = { api: { port: api }, broker: { port: mqtt }, postgres: { port: postgres }, operate: { port: 0 } };
writeFileSync(join(folder, "nightflow.yaml"), JSON.stringify(settings));

const started: Program[] = [];

function nightflow(...args: string[]): Program {
  const program = new Program(folder, args);
  started.push(program);
  return program;
}

afterEach(() => {
  for (const program of started.splice(0)) program.kill();
});

afterAll(async () => {
  await removeEmbeddedPostgres(join(folder, "data", "postgres"));
  rmSync(folder, { recursive: true, force: true });
});

async function arePortsFree(): Promise<boolean> {
  const free = await Promise.all([api, mqtt, postgres].map((port) => isPortFree(port)));
  return free.every((one) => one);
}

describe("nightflow up", { timeout: 120_000 }, () => {
  it("that is told to stop while it starts leaves no process behind", async () => {
    const up = nightflow("up");
    await up.writes("migrated the database");
    expect(await up.stop()).toBe(0);
    expect(await arePortsFree()).toBe(true);
  });

  it("ends when the port of its pages is taken, names it, and leaves nothing behind", async () => {
    const holder = createServer().listen(api, "127.0.0.1");
    onTestFinished(() => void holder.close());
    const up = nightflow("up");
    await up.writes("MQTT broker listens");
    expect(await up.ended()).toBe(1);
    expect(up.output).toContain(`127.0.0.1:${api}: the port is in use`);
    expect(up.output).toContain("what to do: stop the program that holds it");
    await new Promise((resolve) => holder.close(resolve));
    expect(await arePortsFree()).toBe(true);
  });

  it("keeps a second one off its data folder, and an import to another database", async () => {
    const up = nightflow("up");
    await up.writes("nightflow up is ready");
    const second = nightflow("up");
    expect(await second.ended()).toBe(1);
    expect(second.output).toContain(`nightflow up with process id ${up.pid} already works on`);
    rmSync(join(folder, "data", "postgres", "url"));
    const lost = nightflow("password", "anna");
    expect(await lost.ended()).toBe(2);
    expect(lost.output).toContain("DATABASE_URL");
    expect(await up.stop()).toBe(0);
    expect(await arePortsFree()).toBe(true);
  });
});
