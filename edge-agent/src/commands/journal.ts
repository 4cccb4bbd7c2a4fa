import { mkdir, open, readFile } from "node:fs/promises";
import { join } from "node:path";
import { CommandReply } from "@nightflow/domain";
import { z } from "zod";
import { replaceFile } from "../remote-config/config-book.ts";

/** Of so many commands an agent knows that it has had them. */
const MOST_KEPT = 500;
const COMPACT_BYTES = 1024 * 1024;
/** A longer reply is kept without what was found: it has been sent, and can be asked for anew. */
const LONGEST_REPLY = 16 * 1024;
/** Replies that are kept whole in memory however long, for a command that comes again because its reply was lost. */
const MOST_WHOLE = 4;

const Line = z.union([z.strictObject({ begun: z.string() }), z.strictObject({ ended: CommandReply })]);

/** What an agent did of its commands: one that comes again, also after a restart, is not carried out twice. */
export class CommandJournal {
  readonly #path: string;
  /** Null: begun, and not ended. */
  readonly #entries = new Map<string, CommandReply | null>();
  readonly #whole: string[] = [];
  #bytes = 0;
  #isTorn = false;
  #work: Promise<void> = Promise.resolve();

  private constructor(path: string) {
    this.#path = path;
  }

  /**
   * Opens the journal of a folder. A line that a power cut left half is as if it had not been written: it is synced before
   * a command is begun, and its reply is sent only after.
   */
  static async open(folder: string): Promise<CommandJournal> {
    const journal = new CommandJournal(join(folder, "commands.jsonl"));
    await mkdir(folder, { recursive: true });
    const text = await readFile(journal.#path, "utf8").catch((error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return "";
      throw error;
    });
    for (const line of text.split("\n")) journal.#take(line);
    await journal.#compact();
    return journal;
  }

  /** What is known of a command: its reply, null while it is under way or was cut short, undefined for a new one. */
  find(id: string): CommandReply | null | undefined {
    return this.#entries.get(id);
  }

  /** Commands that were begun by an earlier run and never ended. */
  cutShort(): string[] {
    return [...this.#entries].flatMap(([id, reply]) => (reply === null ? id : []));
  }

  /** Durable before it resolves. @throws when the disk does not take it; the command is then unknown as before. */
  begin(id: string): Promise<void> {
    return this.#inTurn(async () => {
      await this.#append({ begun: id });
      this.#entries.set(id, null);
    });
  }

  /** Durable before it resolves. @throws when the disk does not take it; this run knows the reply all the same. */
  end(reply: CommandReply): Promise<void> {
    this.#keep(reply);
    return this.#inTurn(async () => {
      await this.#append({ ended: shortened(reply) });
      if (this.#bytes > COMPACT_BYTES) await this.#compact();
    });
  }

  /** One after the other: what is appended while the file is replaced would be lost with the old one. */
  #inTurn(work: () => Promise<void>): Promise<void> {
    const done = this.#work.then(work);
    this.#work = done.catch(() => undefined);
    return done;
  }

  #keep(reply: CommandReply): void {
    this.#entries.set(reply.id, reply);
    this.#whole.push(reply.id);
    if (this.#whole.length <= MOST_WHOLE) return;
    const id = this.#whole.shift() ?? "";
    const oldest = this.#entries.get(id);
    if (oldest !== undefined && oldest !== null) this.#entries.set(id, shortened(oldest));
  }

  #take(line: string): void {
    try {
      const entry = Line.parse(JSON.parse(line));
      if ("begun" in entry) this.#entries.set(entry.begun, null);
      else this.#entries.set(entry.ended.id, entry.ended);
    } catch {
      // Half a line at the end of the file, or an empty one.
    }
  }

  async #append(entry: z.infer<typeof Line>): Promise<void> {
    // A full disk may have left half a line, which would swallow the next one.
    const text = `${this.#isTorn ? "\n" : ""}${JSON.stringify(entry)}\n`;
    this.#isTorn = true;
    const file = await open(this.#path, "a", 0o600);
    try {
      await file.appendFile(text);
      await file.datasync();
      this.#isTorn = false;
    } finally {
      await file.close();
    }
    this.#bytes += text.length;
  }

  async #compact(): Promise<void> {
    for (const id of [...this.#entries.keys()].slice(0, -MOST_KEPT)) this.#entries.delete(id);
    const lines = [...this.#entries].map(([id, reply]) =>
      JSON.stringify(reply === null ? { begun: id } : { ended: shortened(reply) }),
    );
    const text = lines.map((line) => `${line}\n`).join("");
    await replaceFile(this.#path, text);
    this.#isTorn = false;
    this.#bytes = text.length;
  }
}

function shortened(reply: CommandReply): CommandReply {
  if (JSON.stringify(reply).length <= LONGEST_REPLY) return reply;
  const { readings: _readings, details: _details, ...rest } = reply;
  return rest;
}
