import { createHash } from "node:crypto";
import type { NotedTelegram } from "./noted-telegram.ts";
import type { TelegramJournal } from "./replay-journal.ts";

/** What is remembered of one meter's telegrams. */
interface Heard {
  counter: number | null;
  keyTag: string | null;
  readonly hashes: string[];
}

/** Two gateways, or a repeater, give a telegram again within these. */
const REMEMBERED = 8;

/**
 * Tells telegrams that came before. A meter sends a telegram with a new access number each time, so the same bytes are the
 * same telegram: heard twice by gateways, or played back by a stranger. Where a telegram is authenticated its counter only
 * ever rises, and an older one is a replay whatever it holds; with a new key it may begin anew. What was taken is noted in a
 * journal, so that a restart knows it.
 */
export class Replays {
  readonly #heard = new Map<string, Heard>();
  readonly #journal: TelegramJournal | undefined;

  constructor(journal?: TelegramJournal) {
    this.#journal = journal;
    for (const telegram of journal?.noted ?? []) this.#remember(telegram);
  }

  /** What a telegram of a meter is; a new one is remembered. */
  judge(address: string, bytes: Uint8Array, counter: number | null, key?: Uint8Array): "new" | "repeat" | "replay" {
    const heard = this.#heard.get(address);
    const hash = createHash("sha1").update(bytes).digest("hex").slice(0, 16);
    const keyTag = counter === null || key === undefined ? null : tagOf(key);
    if (heard?.hashes.includes(hash)) return "repeat";
    const isSameKey = keyTag === (heard?.keyTag ?? null);
    if (counter !== null && heard?.counter != null && isSameKey && counter <= heard.counter) return "replay";
    const telegram = { address, counter, keyTag, hash };
    this.#remember(telegram);
    this.#journal?.note(telegram, () => this.#all());
    return "new";
  }

  /** Takes the next telegram of a meter whatever it counts: its counter began anew, or it is another meter. */
  forget(address: string): void {
    const heard = this.#heard.get(address);
    if (heard !== undefined) heard.counter = null;
  }

  close(): void {
    this.#journal?.close();
  }

  #remember({ address, counter, keyTag, hash }: NotedTelegram): void {
    const heard = this.#heard.get(address) ?? { counter: null, keyTag: null, hashes: [] };
    this.#heard.set(address, heard);
    if (counter !== null) {
      heard.counter = counter;
      heard.keyTag = keyTag;
    }
    heard.hashes.push(hash);
    if (heard.hashes.length > REMEMBERED) heard.hashes.shift();
  }

  #all(): NotedTelegram[] {
    return [...this.#heard].flatMap(([address, { counter, keyTag, hashes }]) =>
      hashes.map((hash) => ({ address, counter, keyTag, hash })),
    );
  }
}

/** Tells keys apart and gives none away. */
function tagOf(key: Uint8Array): string {
  return createHash("sha256").update("nightflow replay journal").update(key).digest("hex").slice(0, 8);
}
