import { agentTopics, type ConfigReport } from "@nightflow/domain";
import type { FieldDeskDeps } from "./desk.ts";

/** A configuration that an agent did not take over is sent once more after this, real time. */
const AGAIN_MS = 60_000;

interface Desired {
  readonly site: string;
  readonly agent: string;
  readonly hash: string;
  readonly payload: string;
}

const NEWEST = `select distinct on (site, agent) site, agent, hash, payload from agent_config`;

/** Keeps the desired configuration of each agent retained at the broker. */
export class ConfigPost {
  readonly #deps: FieldDeskDeps;
  readonly #sentAtMs = new Map<string, number>();

  constructor(deps: FieldDeskDeps) {
    this.#deps = deps;
  }

  /** Publishes all of them: the broker may have forgotten what it kept. */
  async sendAll(): Promise<void> {
    // One after the other: a thousand agents with 900 KiB each are no list to hold.
    const { rows } = await this.#deps.db.query<Pick<Desired, "site" | "agent">>(
      "select distinct site, agent from agent_config order by site, agent",
    );
    for (const { site, agent } of rows) await this.send(site, agent);
  }

  /** Publishes the newest version of one agent. */
  async send(site: string, agent: string): Promise<void> {
    const { rows } = await this.#deps.db.query<Desired>(
      `${NEWEST} where site = $1 and agent = $2 order by site, agent, version desc`,
      [site, agent],
    );
    const [desired] = rows;
    if (desired === undefined) return;
    this.#sentAtMs.set(`${site}/${agent}`, Date.now());
    await this.#deps.line.publish({ topic: agentTopics(site, agent).config, payload: desired.payload, retain: true });
    this.#deps.logger.info({ agent: `${site}/${agent}`, hash: desired.hash }, "a configuration is sent to its agent");
  }

  /** An agent says what it applied. Where it has not heard of the newest, the broker has lost it. */
  async heard(site: string, agent: string, { hash, result }: ConfigReport): Promise<void> {
    const sentAtMs = this.#sentAtMs.get(`${site}/${agent}`) ?? 0;
    if (Date.now() - sentAtMs < AGAIN_MS) return;
    const { rows } = await this.#deps.db.query<Pick<Desired, "hash">>(
      "select hash from agent_config where site = $1 and agent = $2 order by version desc limit 1",
      [site, agent],
    );
    const desired = rows[0]?.hash;
    if (desired !== undefined && desired !== hash && desired !== result?.hash) await this.send(site, agent);
  }
}
