/** Longest line that is kept while its end has not come. A telegram is 256 bytes at most, 290 with its CRCs. */
const MAX_LINE = 4096;
const MAX_TELEGRAM = 290;

/** Cuts what a gateway sends into telegrams. */
export interface TelegramCutter {
  /** The telegrams that are whole now, and how many lines or bytes were none. */
  push(chunk: Buffer): { readonly telegrams: Buffer[]; readonly noise: number };
}

/** One telegram a line, in any of the forms of `telegramOfLine`. */
export class LineCutter implements TelegramCutter {
  #rest = "";

  push(chunk: Buffer) {
    const lines = (this.#rest + chunk.toString("latin1")).split(/\r\n|\n|\r/);
    this.#rest = (lines.pop() ?? "").slice(-MAX_LINE);
    const filled = lines.filter((line) => line.trim() !== "" && !line.startsWith("#"));
    const telegrams = filled.flatMap((line) => telegramOfLine(line) ?? []);
    return { telegrams, noise: filled.length - telegrams.length };
  }
}

/**
 * Bare telegrams one after the other, each beginning with its length. One that stands alone in a datagram, or at the end of
 * what has come, may have CRCs that its length does not count.
 */
export class BinaryCutter implements TelegramCutter {
  #rest = Buffer.alloc(0);

  push(chunk: Buffer) {
    this.#rest = Buffer.concat([this.#rest, chunk]);
    const telegrams: Buffer[] = [];
    for (let length = this.#rest[0]; length !== undefined && this.#rest.length > length; length = this.#rest[0]) {
      telegrams.push(this.#rest.subarray(0, length + 1));
      this.#rest = this.#rest.subarray(length + 1);
    }
    return { telegrams, noise: 0 };
  }
}

/**
 * The telegram in a line; undefined where it holds none:
 *
 * - hex, with or without blanks, `0x` or the `b` of a CUL before it
 * - rtl_wmbus: `T1;1;1;2019-04-03 19:00:42.000;97;148;88888888;0x6e44…`; one whose CRC it found wrong is none
 * - the log format of wmbusmeters: `telegram=|6E44…|+32`
 * - JSON with the hex under `telegram`, `frame` or `data`
 */
export function telegramOfLine(line: string): Buffer | undefined {
  const text = line.trim();
  if (text.startsWith("{")) return hexOf(hexInJson(text));
  const logged = /^telegram=\|([0-9A-Fa-f_]+)\|/.exec(text)?.[1];
  if (logged !== undefined) return hexOf(logged);
  const fields = text.split(";");
  if (fields.length >= 8) return fields[1] === "1" && fields[2] === "1" ? hexOf(fields.at(-1) ?? "") : undefined;
  return hexOf(text.replace(/^b(?=[0-9A-Fa-f])/, ""));
}

function hexInJson(text: string): string {
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed !== "object" || parsed === null) return "";
    const found = ["telegram", "frame", "data"].map((key) => (parsed as Record<string, unknown>)[key]);
    return found.find((value) => typeof value === "string") ?? "";
  } catch {
    return "";
  }
}

function hexOf(text: string): Buffer | undefined {
  const digits = text.replace(/^0x/i, "").replace(/[\s_:|]/g, "");
  const isHex = /^([0-9A-Fa-f]{2})+$/.test(digits) && digits.length <= MAX_TELEGRAM * 2;
  return isHex ? Buffer.from(digits, "hex") : undefined;
}
