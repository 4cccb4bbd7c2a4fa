import { type Database, loadRuleSettings, RULE_SETTING_CHANNEL } from "@nightflow/storage";
import type { Logger } from "pino";
import { tuningOfSettings } from "../pure/rule-catalogue.ts";
import { DEFAULT_TUNING, type RuleTuning, tuningWith } from "../pure/tuning.ts";

/**
 * What people have set the rules to: read at the start, and again when it is told that something was set. It holds from the next page
 * of the feed on; what the detectors have learnt, and their snapshots, stay.
 */
export class KeptTuning {
  readonly #db: Database;
  readonly #logger: Logger;
  #now: RuleTuning = DEFAULT_TUNING;
  #stopListening: (() => Promise<void>) | undefined;

  constructor(db: Database, logger: Logger) {
    this.#db = db;
    this.#logger = logger;
  }

  get now(): RuleTuning {
    return this.#now;
  }

  /** Listens, and reads what holds. */
  async open(): Promise<void> {
    this.#stopListening ??= await this.#db.listen(RULE_SETTING_CHANNEL, () => void this.#readAgain());
    await this.#read();
  }

  async close(): Promise<void> {
    await this.#stopListening?.();
  }

  async #readAgain(): Promise<void> {
    try {
      await this.#read();
      this.#logger.info("the rules' parameters were read again");
    } catch (error) {
      this.#logger.warn({ err: error }, "the rules' parameters could not be read; the former ones go on");
    }
  }

  async #read(): Promise<void> {
    const settings = await loadRuleSettings(this.#db);
    const changes = tuningOfSettings(settings, (rule, faults) =>
      this.#logger.warn({ rule, faults }, "a kept parameter is not allowed any more; its default is used"),
    );
    this.#now = tuningWith(changes);
  }
}
