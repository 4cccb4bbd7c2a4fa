import { readFileSync, statSync } from "node:fs";
import { ConfigError, describeError } from "@nightflow/domain";
import type { MbusIdentity } from "../header.ts";
import { nameOf } from "../header.ts";

/** A changed file is looked at again after so long at most. */
const LOOK_AGAIN_MS = 30_000;

/** The keys of meters by their name. */
export type KeyRing = ReadonlyMap<string, Uint8Array>;

/**
 * The keys in a file's text: a line `KAM-12345678 0123456789ABCDEF0123456789ABCDEF` each; `#` begins a comment.
 *
 * @throws {ConfigError} with every line that is none. No fault quotes a key.
 */
export function parseKeys(text: string, source: string): KeyRing {
  const keys = new Map<string, Uint8Array>();
  const faults: string[] = [];
  text.split(/\r?\n/).forEach((raw, at) => {
    const line = raw.replace(/#.*/, "").trim();
    if (line === "") return;
    const [name = "", key = ""] = line.split(/[\s=,;]+/);
    if (!/^[A-Z]{3}-[0-9A-F]{8}$/i.test(name))
      faults.push(`line ${at + 1}: a line begins with a meter such as KAM-12345678`);
    else if (!/^[0-9A-F]{32}$/i.test(key)) faults.push(`line ${at + 1}: the key of ${name} is not 32 hex digits`);
    else if (keys.has(name.toUpperCase())) faults.push(`line ${at + 1}: ${name} is there twice`);
    else keys.set(name.toUpperCase(), Buffer.from(key, "hex"));
  });
  if (faults.length > 0)
    throw new ConfigError(source, faults, { remedy: "one line for each meter: its name, a blank, its key" });
  return keys;
}

/** The keys of a file that may change while the agent runs: a new meter's key is found without a restart. */
export class KeysFile {
  readonly #path: string | undefined;
  readonly #realNow: () => number;
  readonly #onFault: (fault: string) => void;
  #keys: KeyRing = new Map();
  #readMs = Number.NEGATIVE_INFINITY;
  #stamp = "";
  #fault: string | null = null;

  constructor(
    path: string | undefined,
    onFault: (fault: string) => void,
    realNow: () => number = () => performance.now(),
  ) {
    this.#path = path;
    this.#onFault = onFault;
    this.#realNow = realNow;
  }

  /** Why the file cannot be used; the keys of before stay in use. */
  get fault(): string | null {
    return this.#fault;
  }

  /** The key of a meter; undefined where there is none. */
  keyOf(identity: MbusIdentity): Uint8Array | undefined {
    this.#lookAgain();
    return this.#keys.get(nameOf(identity));
  }

  #lookAgain(): void {
    if (this.#path === undefined || this.#realNow() - this.#readMs < LOOK_AGAIN_MS) return;
    this.#readMs = this.#realNow();
    try {
      const { mtimeMs, size } = statSync(this.#path);
      if (`${mtimeMs} ${size}` === this.#stamp) return;
      this.#keys = parseKeys(readFileSync(this.#path, "utf8"), this.#path);
      this.#stamp = `${mtimeMs} ${size}`;
      this.#fault = null;
    } catch (error) {
      const fault = describeError(error);
      if (fault !== this.#fault) this.#onFault(fault);
      this.#fault = fault;
    }
  }
}
