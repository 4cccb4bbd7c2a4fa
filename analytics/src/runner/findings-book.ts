import type { Database, Sql } from "@nightflow/storage";
import type { Logger } from "pino";
import type { EngineOutput } from "../engine.ts";
import type { AnomalyWriter } from "./anomaly-writer.ts";
import { type Lease, requireLease } from "./leases.ts";
import { writeOutput } from "./page-writer.ts";
import { isAway, LeaseLostError, type Retry } from "./retry.ts";
import { type PutPieces, putPieces, type Snapshot } from "./snapshot-store.ts";

/** Times that a page is tried in one piece when the database refuses it for another reason than being away. */
const WHOLE_TRIES = 3;
const NOTHING: EngineOutput = { events: [], nights: [] };

export interface FindingsBookDeps {
  readonly db: Database;
  readonly writer: AnomalyWriter;
  readonly lease: Lease;
  readonly retry: Retry;
  readonly logger: Logger;
}

/** Writes what one shard finds, and its snapshots, each in a transaction that holds only with the shard's lease. */
export class FindingsBook {
  readonly #deps: FindingsBookDeps;
  #opened = 0;
  #hasUnwritten = false;

  constructor(deps: FindingsBookDeps) {
    this.#deps = deps;
  }

  /** Findings opened. */
  get opened(): number {
    return this.#opened;
  }

  /** True while findings wait to be written: a snapshot now would forget them. */
  get hasUnwritten(): boolean {
    return this.#hasUnwritten;
  }

  /**
   * Writes until it is written; false when the runner stops first. The engine has moved on already, so giving up here
   * would lose findings.
   *
   * @throws {LeaseLostError} when the shard is another's; its holder finds the same from the last snapshot on.
   */
  async write(output: EngineOutput, snapshot: Snapshot | null): Promise<boolean> {
    if (output.events.length + output.nights.length === 0 && !snapshot) return true;
    let tries = 0;
    let put: PutPieces | null = null;
    this.#hasUnwritten = true;
    await this.#deps.retry.untilDone(
      "write findings",
      async () => {
        put ??= snapshot && (await this.#putPieces(snapshot));
        if (tries++ < WHOLE_TRIES) await this.#transaction((tx) => this.#put(tx, output, put));
        else await this.#writeSingly(output, put);
        this.#hasUnwritten = false;
      },
      () => tries--,
    );
    if (this.#hasUnwritten) return false;
    this.#opened += output.events.filter((event) => event.type === "open").length;
    return true;
  }

  /** Tries once to save a snapshot. */
  async saveSnapshot(snapshot: Snapshot): Promise<void> {
    const put = await this.#putPieces(snapshot);
    await this.#transaction((tx) => this.#put(tx, NOTHING, put));
  }

  #putPieces(snapshot: Snapshot): Promise<PutPieces> {
    return putPieces((work) => this.#transaction(work), this.#deps.lease.shard, snapshot);
  }

  /** One finding that the database refuses must not hold up the others. */
  async #writeSingly(output: EngineOutput, snapshot: PutPieces | null): Promise<void> {
    for (const event of output.events)
      await this.#transaction((tx) => this.#put(tx, { events: [event], nights: [] }, null)).catch((error: unknown) => {
        if (isAway(error) || error instanceof LeaseLostError) throw error;
        this.#deps.logger.error(
          { err: error, rule: event.rule, subject: event.subject },
          "a finding cannot be written",
        );
      });
    await this.#transaction((tx) => this.#put(tx, { events: [], nights: output.nights }, snapshot));
  }

  #put(tx: Sql, output: EngineOutput, snapshot: PutPieces | null): Promise<void> {
    return writeOutput(tx, this.#deps.writer, output, snapshot);
  }

  #transaction(work: (tx: Sql) => Promise<void>): Promise<void> {
    const { db, lease } = this.#deps;
    return db.transaction(async (tx) => {
      await requireLease(tx, lease);
      await work(tx);
    });
  }
}
