import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DataFolderBusyError } from "@nightflow/storage";
import { afterAll, describe, expect, it } from "vitest";
import { holderOf, lockFolder, markOf } from "./folder-lock.ts";

const folder = mkdtempSync(join(tmpdir(), "nf-lock-"));
afterAll(() => rmSync(folder, { recursive: true }));

describe("a data folder", () => {
  it("is held by one living program, which is named with its process id", () => {
    writeFileSync(join(folder, "up.lock"), markOf(process.ppid, "up"));
    expect(holderOf(folder, "up")).toEqual({ pid: process.ppid, work: "up" });
    expect(() => lockFolder(folder, "up")).toThrow(DataFolderBusyError);
    expect(() => lockFolder(folder, "import")).toThrow(`nightflow up with process id ${process.ppid}`);
  });

  it("is taken over from a program that was killed, also when its number belongs to another one by now", () => {
    writeFileSync(join(folder, "up.lock"), `${process.ppid} 1 up\n`);
    const letGo = lockFolder(folder, "up");
    letGo();
    expect(holderOf(folder, "up")).toBeUndefined();
  });
});
