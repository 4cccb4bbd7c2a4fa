import { mkdtempSync, rmSync } from "node:fs";
import { open, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { startJournalDisk } from "./journal-disk.ts";

test("bytes are where they were asked to be, and a write that fails says why and harms none behind it", async () => {
  const folder = mkdtempSync(join(tmpdir(), "nightflow-disk-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, "slot");
  await writeFile(path, "........");
  const [file, unwritable] = [await open(path, "r+"), await open(path, "r")];
  const disk = await startJournalDisk();
  const writes = [disk.write(file, Buffer.from("ab"), 0), disk.write(unwritable, Buffer.from("xx"), 2)];
  const last = disk.write(file, Buffer.from("cd"), 4);
  await expect(writes[1]).rejects.toMatchObject({ code: "EBADF" });
  await Promise.all([writes[0], last]);
  await disk.close();
  await Promise.all([file.close(), unwritable.close()]);
  expect(await readFile(path, "utf8")).toBe("ab..cd..");
});
