import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";

/**
 * Id of the machine's present boot. With the monotonic time it tells readings of one boot apart from those of another,
 * when a clock was set late. Where the system has none, one of this process.
 */
export function readBootId(): string {
  try {
    return readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
  } catch {
    return randomUUID();
  }
}
