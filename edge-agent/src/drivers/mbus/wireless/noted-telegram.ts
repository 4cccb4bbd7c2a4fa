import { crc32 } from "node:zlib";

/** What is kept of a telegram that was taken. */
export interface NotedTelegram {
  /** Maker and number, such as `KAM-12345678`. */
  readonly address: string;
  /** Its message counter where it is authenticated. */
  readonly counter: number | null;
  /** Tells the key of its counter from other keys: with a new key a meter counts anew. */
  readonly keyTag: string | null;
  /** Of its bytes. */
  readonly hash: string;
}

const LINE = /^(\S{1,32}) (\d{1,10}|-) ([0-9a-f]{8}|-) ([0-9a-f]{16}) ([0-9a-f]{8})$/;

/** A telegram as a line of the journal, with a CRC at its end. */
export function lineOf({ address, counter, keyTag, hash }: NotedTelegram): string {
  const text = `${address} ${counter ?? "-"} ${keyTag ?? "-"} ${hash}`;
  return `${text} ${crcOf(text)}\n`;
}

/** The telegrams in the text of a journal; lines that are none are counted. */
export function notedIn(text: string): { noted: NotedTelegram[]; lines: number; damaged: number } {
  const lines = text.split("\n").filter((line) => line !== "");
  const noted = lines.flatMap((line) => telegramIn(line) ?? []);
  return { noted, lines: lines.length, damaged: lines.length - noted.length };
}

function telegramIn(line: string): NotedTelegram | undefined {
  const [, address, counter, keyTag, hash, crc] = LINE.exec(line) ?? [];
  if (address === undefined || hash === undefined) return undefined;
  if (crcOf(line.slice(0, -9)) !== crc) return undefined;
  return {
    address,
    hash,
    counter: counter === "-" ? null : Number(counter),
    keyTag: keyTag === "-" ? null : (keyTag ?? null),
  };
}

function crcOf(text: string): string {
  return crc32(text).toString(16).padStart(8, "0");
}
