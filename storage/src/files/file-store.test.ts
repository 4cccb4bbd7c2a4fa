import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { FileDamagedError, FileMissingError, openFileStore } from "./file-store.ts";

const REPORT = Buffer.from("<h1>Usage curve</h1>");
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "nightflow-files-"));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

test("a file comes back as it was put, also after the program starts again", async () => {
  const { hash, bytes, mediaType } = await (await openFileStore(folder)).put(REPORT, "text/html");
  expect({ bytes, mediaType }).toEqual({ bytes: REPORT.length, mediaType: "text/html" });
  const reopened = await openFileStore(folder);
  expect(Buffer.from(await reopened.read(hash))).toEqual(REPORT);
  expect(await reopened.has(hash)).toBe(true);
});

test("the same bytes are kept once, however often and together they are put", async () => {
  const files = await openFileStore(folder);
  const puts = await Promise.all([1, 2, 3].map(() => files.put(REPORT, "text/html")));
  expect(new Set(puts.map((put) => put.hash)).size).toBe(1);
  expect(await readdir(path.join(folder, "incoming"))).toEqual([]);
  expect(await readdir(path.join(folder, puts[0]?.hash.slice(0, 2) ?? ""))).toHaveLength(1);
});

test("a damaged file is refused instead of shown, and putting it again heals it", async () => {
  const files = await openFileStore(folder);
  const { hash } = await files.put(REPORT, "text/html");
  await writeFile(path.join(folder, hash.slice(0, 2), hash), "<h1>Usage cur");
  await expect(files.read(hash)).rejects.toThrow(FileDamagedError);
  await files.put(REPORT, "text/html");
  expect(Buffer.from(await files.read(hash))).toEqual(REPORT);
});

test.each(["0".repeat(64), "../../etc/passwd", "", "A".repeat(64)])("the name %j leads to no file", async (name) => {
  const files = await openFileStore(folder);
  await expect(files.read(name)).rejects.toThrow(FileMissingError);
});
