import { execFileSync } from "node:child_process";
import { mkdirSync, renameSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { HAS_PROC } from "./processes.ts";

/** Whether a disk of a chosen size can be made here: that takes Linux and root. Says so when it cannot. */
export function canMakeDisk(): boolean {
  const can = HAS_PROC && process.getuid?.() === 0;
  if (!can) process.stderr.write("\n  LEFT OUT: the tests with a full disk; only root may mount one\n\n");
  return can;
}

/** A folder that lies on a disk of its own, with everything that was in it. */
export class SmallDisk {
  readonly #folder: string;

  constructor(folder: string, sizeMb: number) {
    this.#folder = folder;
    const before = `${folder}-before`;
    renameSync(folder, before);
    mkdirSync(folder);
    execFileSync("mount", ["-t", "tmpfs", "-o", `size=${sizeMb}m,mode=755`, "nightflow-test", folder]);
    execFileSync("cp", ["-a", `${before}/.`, folder]);
    rmSync(before, { recursive: true });
  }

  /** Leaves no byte free; gives how to make room again. */
  fill(): () => void {
    const ballast = join(this.#folder, "ballast");
    const { bavail, bsize } = statfsSync(this.#folder);
    writeFileSync(ballast, Buffer.alloc(bavail * bsize));
    return () => rmSync(ballast);
  }

  /** Takes the disk away; what was on it is gone. */
  close(): void {
    execFileSync("umount", ["-l", this.#folder]);
  }
}
