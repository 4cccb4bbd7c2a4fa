import { createHash } from "node:crypto";

/** What is remembered of one meter's telegrams. */
interface Heard {
  counter: number | null;
  readonly hashes: string[];
}

/** Two gateways, or a repeater, give a telegram again within these. */
const REMEMBERED = 8;

/**
 * Tells telegrams that came before. A meter sends a telegram with a new access number each time, so the same bytes are the
 * same telegram: heard twice by gateways, or played back by a stranger. Where a telegram is authenticated its counter only
 * ever rises, and an older one is a replay whatever it holds.
 */
export class Replays {
  readonly #heard = new Map<string, Heard>();

  /** What a telegram of a meter is; a new one is remembered. */
  judge(meter: string, bytes: Uint8Array, counter: number | null): "new" | "repeat" | "replay" {
    const heard = this.#heard.get(meter) ?? { counter: null, hashes: [] };
    this.#heard.set(meter, heard);
    const hash = createHash("sha1").update(bytes).digest("base64");
    if (heard.hashes.includes(hash)) return "repeat";
    if (counter !== null && heard.counter !== null && counter <= heard.counter) return "replay";
    heard.counter = counter ?? heard.counter;
    heard.hashes.push(hash);
    if (heard.hashes.length > REMEMBERED) heard.hashes.shift();
    return "new";
  }
}
