import { agentTopics, describeError, type Epoch, encodeAck, type Mark } from "@nightflow/domain";
import type { Logger } from "pino";
import type { PublishAck } from "./ports.ts";
import { withinTime } from "./within-time.ts";

const LONGEST_PUBLISH_MS = 5000;

interface Line {
  /** An ack was asked for while one is on its way. */
  isDue: boolean;
}

/**
 * Publishes end-to-end acks. For each agent's epoch one is on its way at a time and the next one says what is true then,
 * so that a slow broker costs no memory. One that fails is not repeated: the agent sends its batch again and is answered.
 */
export class AckPublisher {
  readonly #publish: PublishAck;
  readonly #markOf: (agent: string, epoch: string) => Mark;
  readonly #logger: Logger;
  readonly #lines = new Map<string, Line>();
  readonly #idle: (() => void)[] = [];

  constructor(publish: PublishAck, markOf: (agent: string, epoch: string) => Mark, logger: Logger) {
    this.#publish = publish;
    this.#markOf = markOf;
    this.#logger = logger;
  }

  /** Publishes what is stored of an epoch, soon. `agent` is `site/agent`; nobody waits for the ack of a replay. */
  request(agent: string, epoch: string): void {
    if (!agent.includes("/")) return;
    const key = `${agent} ${epoch}`;
    const line = this.#lines.get(key);
    if (line !== undefined) line.isDue = true;
    else void this.#serve(key, agent, epoch);
  }

  /** Resolves when no ack is on its way. */
  async idle(): Promise<void> {
    if (this.#lines.size > 0) await new Promise<void>((resolve) => this.#idle.push(resolve));
  }

  async #serve(key: string, agent: string, epoch: string): Promise<void> {
    const line: Line = { isDue: true };
    this.#lines.set(key, line);
    while (line.isDue) {
      line.isDue = false;
      await this.#publishOnce(agent, epoch);
    }
    this.#lines.delete(key);
    if (this.#lines.size === 0) for (const resolve of this.#idle.splice(0)) resolve();
  }

  async #publishOnce(agent: string, epoch: string): Promise<void> {
    const [site = "", name = ""] = agent.split("/");
    const { seq, above } = this.#markOf(agent, epoch);
    try {
      const ack = encodeAck({ epoch: epoch as Epoch, seq, above: [...above] });
      await withinTime(this.#publish(agentTopics(site, name).ack, ack), LONGEST_PUBLISH_MS, "the broker");
    } catch (error) {
      this.#logger.warn({ agent, epoch, seq, reason: describeError(error) }, "ack not published");
    }
  }
}
