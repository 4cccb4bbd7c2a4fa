import type { AgentRoll, RevocationList, Stranger } from "@nightflow/broker";
import { describeError } from "@nightflow/domain";
import {
  type Database,
  ENROLMENT_CHANNEL,
  enrolmentPosition,
  mergeRevocations,
  noteStranger,
  readEnrolmentChanges,
} from "@nightflow/storage";
import type { Logger } from "pino";

/** What a broker's roll is kept up to date with. */
export interface EnrolmentFeedDeps {
  readonly db: Database;
  readonly roll: AgentRoll;
  /** Revocations outside the database; absent: none are kept. */
  readonly revocations?: RevocationList;
  readonly maxHeld: number;
  readonly logger: Logger;
  /** Longest wait before the changes are looked at, should a notification get lost. */
  readonly everyMs?: number;
}

const PAGE = 500;
const DEFAULT_EVERY_MS = 5000;

/**
 * Keeps a broker's roll as new as the database: at every notification, and every few seconds in any case. While the
 * database is away the roll stays as it was. Gives the way to stop it.
 */
export async function followEnrolment(deps: EnrolmentFeedDeps): Promise<() => Promise<void>> {
  const feed = new EnrolmentFeed(deps);
  const stopHearing = deps.roll.onStranger((stranger) => void feed.takeNote(stranger));
  const stopListening = await deps.db.listen(ENROLMENT_CHANNEL, () => void feed.refresh());
  const timer = setInterval(() => void feed.refresh(), deps.everyMs ?? DEFAULT_EVERY_MS).unref();
  void feed.refresh();
  return async () => {
    clearInterval(timer);
    stopHearing();
    await stopListening();
    await feed.idle();
  };
}

class EnrolmentFeed {
  readonly #deps: EnrolmentFeedDeps;
  #running: Promise<void> | undefined;
  #isWanted = false;
  #isAway = false;

  constructor(deps: EnrolmentFeedDeps) {
    this.#deps = deps;
  }

  /** Reads what is new; a call during a run makes for another run after it. */
  refresh(): Promise<void> {
    this.#isWanted = true;
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  async idle(): Promise<void> {
    await this.#running;
  }

  async takeNote(stranger: Stranger): Promise<void> {
    const { db, roll, maxHeld, logger } = this.#deps;
    try {
      await noteStranger(db, stranger, maxHeld);
    } catch (error) {
      roll.forgetStranger(stranger);
      logger.warn({ ...stranger, reason: describeError(error) }, "enrolment: an unknown agent could not be noted");
    }
  }

  async #run(): Promise<void> {
    while (this.#isWanted) {
      this.#isWanted = false;
      try {
        await this.#catchUp();
        if (this.#isAway) this.#deps.logger.info("enrolment: the database is back, the roll is up to date");
        this.#isAway = false;
      } catch (error) {
        if (!this.#isAway)
          this.#deps.logger.warn({ reason: describeError(error) }, "enrolment: going on with the roll as it was");
        this.#isAway = true;
      }
    }
  }

  async #catchUp(): Promise<void> {
    const { db, roll, revocations } = this.#deps;
    const { source, no: newest } = await enrolmentPosition(db);
    await this.#mergeRevocations(source, newest);
    // Another database, or this one put back to an earlier day.
    if (roll.position.source !== source || newest < roll.position.no) await roll.follow(source);
    for (let page = await this.#page(); page.length > 0; page = await this.#page()) {
      // In force at once, also where the disk takes neither.
      await Promise.all([revocations?.note(source, page), roll.apply(page)]);
    }
  }

  // A restore must not let anybody in again who was put out after the backup.
  async #mergeRevocations(source: string, no: number): Promise<void> {
    const beyond = this.#deps.revocations?.beyond(source, no);
    if (beyond === undefined || beyond.no <= no) return;
    const merged = await mergeRevocations(this.#deps.db, beyond.revoked, beyond.no);
    this.#deps.logger.warn(
      { merged },
      "enrolment: the database is of an earlier day; later revocations are back in force",
    );
  }

  #page() {
    return readEnrolmentChanges(this.#deps.db, this.#deps.roll.position.no, PAGE);
  }
}
