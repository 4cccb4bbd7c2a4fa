import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DuckDbReadingStore, HeldStore } from "@nightflow/storage";
import { pino } from "pino";
import { afterEach, beforeEach, expect, test } from "vitest";
import { holdStore, isHoldOffered } from "./hold-store.ts";
import { holdFile } from "./hold-wire.ts";
import { type HoldServer, serveHold } from "./serve-hold.ts";

const OWN = "0b8f4f2e-7c3d-4a38-9a52-6b8f6f0c1d11";
const OTHER = "1b8f4f2e-7c3d-4a38-9a52-6b8f6f0c1d11";
let dataDir = "";
let server: HoldServer | undefined;

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), "nightflow-hold-"));
});

afterEach(() => {
  server?.close();
  rmSync(dataDir, { recursive: true, force: true });
});

/** What a store does when it is held, and nothing else of it. */
class HeldDouble {
  isHeld = false;
  isUntouched = true;
  readonly #freed: (() => void)[] = [];

  async installation(): Promise<string> {
    return OWN;
  }

  async whileHeld<Result>(work: (held: HeldStore) => Promise<Result>): Promise<Result> {
    this.isHeld = true;
    const still = async () => ({ path: "/store", bytes: 5, lastCommit: 3, isUntouched: async () => this.isUntouched });
    try {
      return await work({ still });
    } finally {
      this.isHeld = false;
      for (const tell of this.#freed) tell();
    }
  }

  freed(): Promise<void> {
    return this.isHeld ? new Promise((resolve) => this.#freed.push(resolve)) : Promise.resolve();
  }
}

async function serve(): Promise<HeldDouble> {
  const store = new HeldDouble();
  server = await serveHold(store as unknown as DuckDbReadingStore, dataDir, pino({ level: "silent" }));
  return store;
}

test("the store is held from the first word to the last, and the way in is for its user alone", async () => {
  const store = await serve();
  expect(statSync(holdFile(dataDir)).mode & 0o077).toBe(0);
  const hold = await holdStore(dataDir, OWN);
  expect(store.isHeld).toBe(true);
  expect(await hold.still()).toEqual({ path: "/store", bytes: 5, lastCommit: 3 });
  await hold.copied();
  await store.freed();
  server?.close();
  expect(isHoldOffered(dataDir)).toBe(false);
});

test("a copy of a store that was closed or opened again meanwhile is refused", async () => {
  const store = await serve();
  const hold = await holdStore(dataDir, OWN);
  await hold.still();
  store.isUntouched = false;
  await expect(hold.copied()).rejects.toMatchObject({ code: "STORE_HOLD_LOST", retriable: true });
});

test("a backup that is killed lets go of the store", async () => {
  const store = await serve();
  const hold = await holdStore(dataDir, OWN);
  await hold.still();
  hold.release();
  await store.freed();
  expect(store.isHeld).toBe(false);
});

test("the store of another installation is not copied", async () => {
  const store = await serve();
  await expect(holdStore(dataDir, OTHER)).rejects.toMatchObject({ code: "BACKUP_UNUSABLE" });
  await store.freed();
});

test("who does not know the token holds nothing", async () => {
  const store = await serve();
  const { port } = JSON.parse(readFileSync(holdFile(dataDir), "utf8")) as { port: number };
  const socket = connect(port, "127.0.0.1");
  socket.write(`${JSON.stringify({ type: "hold", token: "guessed", installation: OWN })}\n`);
  socket.resume();
  await new Promise((resolve) => socket.once("close", resolve));
  expect(store.isHeld).toBe(false);
});

test("a head-end that is gone is named, with what to do", async () => {
  await serve();
  const kept = readFileSync(holdFile(dataDir));
  server?.close();
  writeFileSync(holdFile(dataDir), kept);
  await expect(holdStore(dataDir, OWN)).rejects.toMatchObject({
    code: "STORE_HOLD_LOST",
    remedy: expect.stringContaining("nightflow up"),
  });
});
