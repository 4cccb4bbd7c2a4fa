import { createHash } from "node:crypto";
import type { CheckedBatch } from "./checked-batch.ts";

const MAX_REMEMBERED = 4096;

/** What names a fault: the agent, the reason, and the payload; of an unknown version one payload stands for all. */
export function faultKeyOf(batch: CheckedBatch, payload: Uint8Array | string): string {
  const [row] = batch.setAside;
  if (row?.reasonCode === "WIRE_VERSION_UNKNOWN") return `${batch.agent} ${row.reason}`;
  return `${batch.agent} ${row?.reasonCode} ${createHash("sha256").update(payload).digest("base64")}`;
}

/** Faults that are recorded already, the newest few thousand: a device that repeats itself fills no disk. */
export class KnownFaults {
  readonly #keys = new Set<string>();

  has(key: string): boolean {
    return this.#keys.has(key);
  }

  add(key: string): void {
    this.#keys.add(key);
    for (const oldest of this.#keys) {
      if (this.#keys.size <= MAX_REMEMBERED) return;
      this.#keys.delete(oldest);
    }
  }
}
