import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { CommandReply } from "@nightflow/domain";
import { expect, it, onTestFinished } from "vitest";
import { CommandJournal } from "./journal.ts";
import { fittingReply, MAX_REPLY_BYTES } from "./reply-size.ts";

async function emptyFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "nightflow-journal-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

const replyOf = (id: string, details?: unknown): CommandReply => ({
  ...{ v: 1, id, at: 1, outcome: "done", code: null, message: null, tookMs: 1 },
  ...(details !== undefined && { details }),
});

it("commands that begin while the journal is made shorter are known after a restart", async () => {
  const folder = await emptyFolder();
  const journal = await CommandJournal.open(folder);
  const long = "x".repeat(15_000);
  await Promise.all(
    Array.from({ length: 90 }, async (_, at) => {
      await journal.begin(`c-${at}`);
      await journal.end(replyOf(`c-${at}`, long));
    }),
  );
  const again = await CommandJournal.open(folder);
  const unknown = Array.from({ length: 90 }, (_, at) => `c-${at}`).filter((id) => again.find(id)?.outcome !== "done");
  expect(unknown).toEqual([]);
});

it("half a line that a full disk left does not swallow the command behind it", async () => {
  const folder = await emptyFolder();
  const journal = await CommandJournal.open(folder);
  const path = join(folder, "commands.jsonl");
  await rm(path);
  await mkdir(path);
  await expect(journal.begin("a")).rejects.toThrow();
  expect(journal.find("a")).toBeUndefined();
  await rm(path, { recursive: true });
  await writeFile(path, '{"begun":"ha');
  await journal.begin("b");
  expect((await CommandJournal.open(folder)).find("b")).toBeNull();
});

it("long replies are kept whole for the latest commands alone", async () => {
  const journal = await CommandJournal.open(await emptyFolder());
  for (let at = 0; at < 10; at++) await journal.end(replyOf(`c-${at}`, "x".repeat(100_000)));
  const kept = Array.from({ length: 10 }, (_, at) => journal.find(`c-${at}`)?.details !== undefined);
  expect(kept.filter(Boolean)).toHaveLength(4);
  expect(journal.find("c-0")).toMatchObject({ outcome: "done" });
});

it("a reply never grows beyond what a broker takes, and says what it leaves out", () => {
  const readings = Array.from({ length: 5000 }, (_, at) => [`${"m".repeat(60)}.${at}`, 1_790_000_000_000, at, 0]);
  const shortened = fittingReply({ ...replyOf("c"), readings });
  expect(Buffer.byteLength(JSON.stringify(shortened))).toBeLessThanOrEqual(MAX_REPLY_BYTES);
  expect(shortened.readings?.length).toBeGreaterThan(1000);
  expect(shortened.message).toContain("of 5000 readings");
  const found = fittingReply(replyOf("c", "水".repeat(200_000)));
  expect(Buffer.byteLength(JSON.stringify(found))).toBeLessThanOrEqual(MAX_REPLY_BYTES);
  expect(found.message).toContain("too long");
});
