import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { type Clock, StoreUnavailableError } from "@nightflow/domain";
import type { Logger } from "pino";
import type { BatchMark, CommitRequest, ReadingColumns } from "../../ports.ts";
import type { Database, Sql } from "../../relational/database.ts";
import { encodeColumns } from "../columns-codec.ts";
import { StoreRefusedError } from "../errors.ts";
import { type InstantKey, withoutRepeats } from "../repeats.ts";
import { SerialQueue } from "../serial-queue.ts";
import { checkShape } from "../shape.ts";
import { refuseStored } from "../stored-batches.ts";
import { readLastCommit, readMarks, readNewest, recordCommit } from "./feed-ledger.ts";
import { throwAsOutage } from "./influx-errors.ts";
import type { InfluxQl } from "./influxql.ts";
import { CLAIM_MS, type Claim, claimInstants, endClaim, releaseClaim, renewClaim } from "./intents.ts";
import { readKnownChannels } from "./known-channels.ts";
import { lineOf, tagsOf } from "./line-protocol.ts";
import { OUTAGE_PACE, OutageGate, REFUSAL_PACE } from "./outage-gate.ts";
import { readInstants } from "./point-reader.ts";
import type { PointWriter } from "./point-writer.ts";
import { type RefusedRow, rowsOutOfTime, withoutRefused } from "./refused-rows.ts";
import { storedValuesAt } from "./stored-values.ts";

/** How long another process that is writing some of the same instants is waited for. */
const RIVAL_PATIENCE_MS = 30_000;

export interface CommitPathDeps {
  readonly db: Database;
  readonly writer: PointWriter;
  readonly influxQl: InfluxQl;
  readonly clock: Clock;
  readonly logger: Logger;
  /** How long the bucket keeps points, 0 for ever. */
  readonly retentionMs: () => number;
  /** Done in the transaction of the commit, for what follows from its readings. */
  readonly alongWith: (tx: Sql, readings: ReadingColumns) => Promise<void>;
}

interface Sorted {
  readonly request: CommitRequest;
  readonly claim: Claim | null;
}

/**
 * Makes commits on InfluxDB and PostgreSQL, one after the other: instants are claimed in a short transaction, then the
 * points go out while no transaction is open, then another short one makes the commit visible under its number. Several
 * processes write their points side by side and take turns only at the two ends (decision 0007).
 */
export class CommitPath {
  readonly gate = new OutageGate();
  readonly #deps: CommitPathDeps;
  readonly #owner = randomUUID();
  readonly #turns = new SerialQueue();
  readonly #ending = new AbortController();

  constructor(deps: CommitPathDeps) {
    this.#deps = deps;
  }

  commit(request: CommitRequest): Promise<number> {
    return this.#turns.run(() => this.#commitNow(request)).catch(throwAsOutage);
  }

  /** Resolves when commits under way have ended; those that wait for InfluxDB give up. */
  async close(): Promise<void> {
    this.#ending.abort();
    await this.#turns.idle();
  }

  async #commitNow(asked: CommitRequest): Promise<number> {
    checkShape(asked.readings);
    const { request, claim } = await this.#sortAndClaim(asked);
    if (claim === null) return this.#record(request, null, await encodeColumns(request.readings));
    let mayBeWritten = false;
    try {
      const accepted = await this.#writePoints(request, claim, () => {
        mayBeWritten = true;
      });
      const bytes = accepted === request ? claim.bytes : await encodeColumns(accepted.readings);
      return await this.#record(accepted, claim, bytes);
    } catch (error) {
      await releaseClaim(this.#deps.db, claim, mayBeWritten).catch(() => undefined);
      throw error;
    }
  }

  // What was looked up may have changed by the time it is claimed; then it is looked up again.
  async #sortAndClaim(asked: CommitRequest): Promise<Sorted> {
    const { db } = this.#deps;
    const giveUpAt = performance.now() + RIVAL_PATIENCE_MS;
    while (performance.now() < giveUpAt) {
      const seenCommit = await readLastCommit(db);
      const request = await this.#sortOut(asked);
      if (request.readings.length === 0) return { request, claim: null };
      const claim = await claimInstants(db, request.readings, { owner: this.#owner, seenCommit });
      if (typeof claim === "object") return { request, claim };
      if (claim === "rival") await this.#pause(10 + 30 * Math.random());
    }
    throw new StoreUnavailableError("another process has been writing the same readings for a long time");
  }

  async #sortOut(asked: CommitRequest): Promise<CommitRequest> {
    const { db, clock, influxQl, retentionMs } = this.#deps;
    await refuseStoredIn(db, asked.batches);
    const bounds = { nowMs: clock.now(), realNowMs: Date.now(), retentionMs: retentionMs() };
    const storable = withoutRefused(asked, rowsOutOfTime(asked.readings, bounds));
    const newest = await readNewest(db, storable.readings.channels);
    const lookUp = (keys: readonly InstantKey[]) => this.#throughGate(() => readInstants(influxQl, keys));
    return withoutRepeats(storable, {
      newestReadAt: (channel) => newest.get(channel)?.readAtMs,
      valuesAt: (keys) => storedValuesAt(db, lookUp, keys, newest),
    });
  }

  async #writePoints(request: CommitRequest, claim: Claim, onMaybeWritten: () => void): Promise<CommitRequest> {
    const lines = await this.#linesOf(request.readings);
    const holder = new ClaimHolder(this.#deps.db, claim, this.#owner);
    const refused = await this.#throughGate(() =>
      this.#deps.writer.write(lines, { before: () => holder.hold(), onMaybeWritten }),
    );
    this.#warnOf(refused);
    return withoutRefused(request, refused);
  }

  #warnOf(refused: readonly RefusedRow[]): void {
    const [first] = refused;
    if (first === undefined) return;
    const { code, reason } = first;
    this.#deps.logger.error({ refused: refused.length, code, reason }, "InfluxDB refused readings: dead letter");
  }

  async #linesOf(readings: ReadingColumns): Promise<string[]> {
    const channels = await readKnownChannels(this.#deps.db, readings.channels);
    const known = new Map(channels.map((channel) => [channel.id, channel]));
    const tags = readings.channels.map((channel) => tagsOf(channel, known.get(channel)));
    return Array.from({ length: readings.length }, (_, i) =>
      lineOf(readings, i, tags[readings.channelNos[i] ?? -1] ?? ""),
    );
  }

  #record(request: CommitRequest, claim: Claim | null, bytes: Buffer): Promise<number> {
    return this.#deps.db.transaction(async (tx) => {
      const no = await recordCommit(tx, { request, bytes });
      if (claim !== null && !(await endClaim(tx, claim.id, this.#owner))) throw lostClaim();
      await this.#deps.alongWith(tx, request.readings);
      return no;
    });
  }

  async #throughGate<Result>(call: () => Promise<Result>): Promise<Result> {
    const { signal } = this.#ending;
    await this.gate.opens(signal).catch(() => {
      throw new StoreUnavailableError("the store is being closed while InfluxDB is away");
    });
    try {
      const result = await call();
      this.gate.succeeded();
      return result;
    } catch (error) {
      this.gate.failed(error instanceof StoreRefusedError ? REFUSAL_PACE : OUTAGE_PACE);
      throw error;
    }
  }

  async #pause(waitMs: number): Promise<void> {
    await sleep(waitMs, undefined, { signal: this.#ending.signal }).catch(() => {
      throw new StoreUnavailableError("the store is being closed");
    });
  }
}

/** Renews a claim while its points go out. A write that outlives its claim is not begun. */
class ClaimHolder {
  readonly #db: Database;
  readonly #claim: Claim;
  readonly #owner: string;
  #heldAtMs = performance.now();

  constructor(db: Database, claim: Claim, owner: string) {
    this.#db = db;
    this.#claim = claim;
    this.#owner = owner;
  }

  async hold(): Promise<void> {
    const nowMs = performance.now();
    if (nowMs - this.#heldAtMs < CLAIM_MS / 3) return;
    if (!(await renewClaim(this.#db, this.#claim.id, this.#owner))) throw lostClaim();
    this.#heldAtMs = nowMs;
  }
}

function lostClaim(): StoreUnavailableError {
  return new StoreUnavailableError("another process took these readings over, for this one was away too long");
}

async function refuseStoredIn(sql: Sql, batches: readonly BatchMark[]): Promise<void> {
  if (batches.length === 0) return;
  const marks = await readMarks(sql, [...new Set(batches.map(({ agent }) => agent))]);
  refuseStored(batches, (agent, epoch) => marks.find((mark) => mark.agent === agent && mark.epoch === epoch));
}
