import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openDuckDbStore } from "@nightflow/storage";
import { blankColumns } from "@nightflow/storage/pure";
import { pino } from "pino";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { Program } from "../testing/program.ts";

const folder = mkdtempSync(join(tmpdir(), "nf-store-command-"));
const path = join(folder, "data", "readings.duckdb");
const started: Program[] = [];
const READINGS = 5000;

function nightflow(...args: string[]): Program {
  const program = new Program(folder, args);
  started.push(program);
  return program;
}

afterEach(() => {
  for (const program of started.splice(0)) program.kill();
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function withStore<Result>(work: (store: Awaited<ReturnType<typeof openDuckDbStore>>) => Promise<Result>) {
  mkdirSync(join(folder, "data"), { recursive: true });
  const store = await openDuckDbStore({ path, logger: pino({ level: "silent" }) });
  return await work(store).finally(() => store.close());
}

const curve = () => withStore((store) => store.curve("M-1.forward_total", 0, Number.MAX_SAFE_INTEGER));

describe("nightflow export, import and store", { timeout: 120_000 }, () => {
  it("carry a store's readings into another, check it, and save what can be read of a damaged one", async () => {
    writeFileSync(join(folder, "nightflow.yaml"), "{}");
    const readings = blankColumns(READINGS, ["M-1.forward_total"]);
    readings.isRegister.fill(1);
    for (let i = 0; i < READINGS; i++) [readings.readAtMs[i], readings.counts[i]] = [1.7e12 + i * 900_000, BigInt(i)];
    await withStore((store) => store.commit({ receivedAtMs: 0, batches: [], readings, setAside: [], repeats: 0 }));
    const before = await curve();

    const file = join(folder, "readings.parquet");
    expect(await nightflow("export", file).ended()).toBe(0);
    expect(await nightflow("export", "readings.xlsx").ended()).toBe(2);
    rmSync(path);
    expect(await nightflow("import", file).ended()).toBe(0);
    expect(await curve()).toEqual(before);

    expect(await nightflow("store", "compact", "--even-unread").ended()).toBe(0);
    expect(await nightflow("store", "check").ended()).toBe(0);
    expect(await curve()).toEqual(before);
    const saved = join(folder, "saved.duckdb");
    expect(await nightflow("store", "salvage", saved).ended()).toBe(0);
    renameSync(saved, path);
    expect(await curve()).toEqual(before);

    writeFileSync(path, readFileSync(path).fill(7, 0, 12_288));
    const check = nightflow("store", "check");
    expect(await check.ended()).toBe(1);
    expect(check.output).toContain("STORE_CORRUPT");
  });
});
