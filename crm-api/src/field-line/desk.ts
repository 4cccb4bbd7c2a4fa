import {
  type Clock,
  decodeCommandReply,
  decodeConfigReport,
  decodeStatus,
  describeError,
  parseTopic,
} from "@nightflow/domain";
import type { Database } from "@nightflow/storage";
import type { Logger } from "pino";
import { AGENT_CONFIG_CHANNEL } from "../agent-config/versions.ts";
import { COMMAND_CHANNEL } from "../commands/order.ts";
import { CommandPost } from "./command-post.ts";
import { ConfigPost } from "./config-post.ts";
import type { FieldLine, FieldMessage } from "./field-line.ts";

/** What carries configurations and commands to agents. */
export interface FieldDeskDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly line: FieldLine;
}

/** Pause between two looks for what is due, real time. */
const LOOK_MS = 5000;

/**
 * Carries configurations and commands from the database to agents, and what they answer back. Several may run: what they
 * do is the same. Gives the way to stop it.
 */
export async function startFieldDesk(deps: FieldDeskDeps): Promise<() => Promise<void>> {
  const desk = new FieldDesk(deps);
  const { db, line } = deps;
  const stops = [
    await db.listen(COMMAND_CHANNEL, () => desk.look()),
    await db.listen(AGENT_CONFIG_CHANNEL, (subject) => desk.sendConfig(subject)),
    line.onMessage((message) => desk.hear(message)),
    line.onUp(() => desk.lineIsUp()),
  ];
  const timer = setInterval(() => desk.look(), LOOK_MS).unref();
  return async () => {
    clearInterval(timer);
    for (const stop of stops) await stop();
    await desk.idle();
  };
}

class FieldDesk {
  readonly #logger: Logger;
  readonly #configs: ConfigPost;
  readonly #commands: CommandPost;
  readonly #running = new Set<Promise<void>>();
  #isLooking = false;
  #isWanted = false;

  constructor(deps: FieldDeskDeps) {
    this.#logger = deps.logger;
    this.#configs = new ConfigPost(deps);
    this.#commands = new CommandPost(deps);
  }

  /** Sends and ends what is due; a call during a look makes for another one after it. */
  look(): void {
    this.#isWanted = true;
    if (!this.#isLooking) this.#do("commands", () => this.#look());
  }

  lineIsUp(): void {
    this.#do("configurations", () => this.#configs.sendAll());
    this.look();
  }

  sendConfig(subject: string): void {
    const [site = "", agent = ""] = subject.split("/");
    this.#do("a configuration", () => this.#configs.send(site, agent));
  }

  hear({ topic, payload }: FieldMessage): void {
    const { kind, site = "", agent = "" } = parseTopic(topic) ?? {};
    if (kind === "command-reply")
      this.#do("a reply", () => this.#commands.heard(site, agent, decodeCommandReply(payload)));
    if (kind === "config/report")
      this.#do("a report", () => this.#configs.heard(site, agent, decodeConfigReport(payload)));
    // The directory says "online" a moment later than the agent itself.
    if (kind === "status")
      this.#do("a status", async () => void (decodeStatus(payload).state === "online" && this.look()));
  }

  /** Resolves when nothing is being done. */
  async idle(): Promise<void> {
    await Promise.all(this.#running);
  }

  async #look(): Promise<void> {
    this.#isLooking = true;
    try {
      while (this.#isWanted) {
        this.#isWanted = false;
        await this.#commands.endLate();
        await this.#commands.sendDue();
      }
    } finally {
      this.#isLooking = false;
    }
  }

  #do(what: string, work: () => Promise<void>): void {
    const done = Promise.resolve()
      .then(work)
      .catch((error: unknown) =>
        this.#logger.warn({ what, reason: describeError(error) }, "field desk: it is tried again"),
      )
      .finally(() => this.#running.delete(done));
    this.#running.add(done);
  }
}
