import {
  type Clock,
  type Command,
  type CommandReply,
  decodeCommand,
  describeError,
  encodeCommandReply,
  NightflowError,
} from "@nightflow/domain";
import type { Logger } from "pino";
import type { Timers } from "../timers.ts";
import type { CommandJournal } from "./journal.ts";
import { fittingReply } from "./reply-size.ts";

/** What carrying out a command brought. */
export interface Carried {
  readonly outcome: "done" | "failed" | "refused";
  readonly code?: string;
  readonly message?: string;
  readonly readings?: readonly unknown[];
  readonly details?: unknown;
}

export interface CommandDeskDeps {
  readonly journal: CommandJournal;
  /** Carries one out; what it throws is told as the reason. */
  readonly carryOut: (command: Command) => Promise<Carried>;
  /** Publishes a reply; one that is lost is asked for again by the same command. */
  readonly reply: (id: string, payload: string) => void;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly logger: Logger;
  /** Monotonic real milliseconds. */
  readonly realNow?: () => number;
}

/** Commands that wait while others are carried out; beyond it they are refused. */
export const MOST_WAITING = 32;
/** Commands that are carried out at a time: a slow one must not hold up those of other buses. */
const AT_ONCE = 4;
/** Longest that the end of the agent waits for commands: what was read still has to reach the disk. */
const CLOSE_MS = 5000;

interface Waiting {
  readonly command: Command;
  readonly arrivedAtMs: number;
}

/** Takes commands, has each carried out once, and answers every time that one comes. */
export class CommandDesk {
  readonly #deps: CommandDeskDeps;
  readonly #realNow: () => number;
  readonly #waiting: Waiting[] = [];
  readonly #running = new Map<string, Promise<void>>();
  #isClosed = false;

  constructor(deps: CommandDeskDeps) {
    this.#deps = deps;
    this.#realNow = deps.realNow ?? (() => performance.now());
  }

  /** A message on a command topic. @throws {WireError} when it is no command. */
  take(payload: Uint8Array): void {
    if (this.#isClosed) return;
    const command = decodeCommand(payload);
    const { id } = command;
    const isOpen = this.#running.has(id) || this.#waiting.some((one) => one.command.id === id);
    if (isOpen) return;
    const known = this.#deps.journal.find(id);
    if (known === null) this.#answer(cutShort(id, this.#deps.clock.now()));
    else if (known !== undefined) this.#answer(known);
    else if (this.#waiting.length >= MOST_WAITING) this.#answer(this.#refused(command));
    else this.#waiting.push({ command, arrivedAtMs: this.#realNow() });
    this.#next();
  }

  /** Begins nothing more and waits for what is under way, a few seconds at most: what is cut short says so later. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#waiting.length = 0;
    if (this.#running.size === 0) return;
    let cancel = () => {};
    const late = new Promise<void>((resolve) => {
      cancel = this.#deps.timers.after(CLOSE_MS, resolve);
    });
    await Promise.race([Promise.all(this.#running.values()), late]);
    cancel();
  }

  #next(): void {
    while (this.#running.size < AT_ONCE && !this.#isClosed) {
      const next = this.#waiting.shift();
      if (next === undefined) return;
      const { id } = next.command;
      const done = this.#run(next)
        .catch((error: unknown) =>
          this.#deps.logger.error({ id, error: describeError(error) }, "command: not carried out"),
        )
        .finally(() => {
          this.#running.delete(id);
          this.#next();
        });
      this.#running.set(id, done);
    }
  }

  async #run({ command, arrivedAtMs }: Waiting): Promise<void> {
    const { journal, logger } = this.#deps;
    const { id, order, by, ttlMs } = command;
    const startedAtMs = this.#realNow();
    const isLate = startedAtMs - arrivedAtMs > ttlMs;
    const carried = isLate ? null : ((await this.#unwritten(id)) ?? (await this.#withinTime(command)));
    const tookMs = Math.round(this.#realNow() - startedAtMs);
    const reply = fittingReply(this.#replyOf(id, tookMs, carried));
    await journal
      .end(reply)
      .catch((error: unknown) => logger.error({ id, reason: describeError(error) }, "command: its end is not on disk"));
    logger.info({ id, kind: order.kind, by, outcome: reply.outcome, code: reply.code, tookMs }, "command");
    this.#answer(reply);
  }

  /** What is not on disk might be done twice after a restart: it is not begun. Undefined when it is on disk. */
  async #unwritten(id: string): Promise<Carried | undefined> {
    try {
      await this.#deps.journal.begin(id);
      return undefined;
    } catch (error) {
      const message = `the agent cannot note it on its disk, so it was not begun: ${describeError(error)}`;
      return { outcome: "failed", code: "DISK", message };
    }
  }

  async #withinTime(command: Command): Promise<Carried> {
    let cancel = () => {};
    const late = new Promise<Carried>((resolve) => {
      const message = `it was not done within ${command.timeoutMs} ms; what had begun goes on`;
      cancel = this.#deps.timers.after(command.timeoutMs, () =>
        resolve({ outcome: "failed", code: "TIMEOUT", message }),
      );
    });
    try {
      return await Promise.race([this.#deps.carryOut(command), late]);
    } catch (error) {
      const code = error instanceof NightflowError ? error.code : "FAILED";
      return { outcome: "failed", code, message: describeError(error) };
    } finally {
      cancel();
    }
  }

  #replyOf(id: string, tookMs: number, carried: Carried | null): CommandReply {
    const at = this.#deps.clock.now();
    if (carried === null)
      return { v: 1, id, at, outcome: "expired", code: "EXPIRED", message: "it waited too long for others", tookMs };
    const { outcome, code = null, message = null, readings, details } = carried;
    return {
      ...{ v: 1, id, at, outcome, code, message: message?.slice(0, 1000) ?? null, tookMs },
      ...(readings && { readings: [...readings] }),
      ...(details !== undefined && { details }),
    };
  }

  #refused({ id }: Command): CommandReply {
    const message = `${MOST_WAITING} commands wait already`;
    return { v: 1, id, at: this.#deps.clock.now(), outcome: "refused", code: "QUEUE_FULL", message, tookMs: 0 };
  }

  #answer({ v: _, ...reply }: CommandReply): void {
    this.#deps.reply(reply.id, encodeCommandReply(reply));
  }
}

/** Whether it took effect nobody knows: doing it again might do it twice. */
function cutShort(id: string, at: number): CommandReply {
  const message = "the agent was stopped while it carried this out: whether it took effect is not known";
  return { v: 1, id, at, outcome: "failed", code: "CUT_SHORT", message, tookMs: 0 };
}
