import { EMPTY_MARK, MAX_ABOVE, type Mark, markHolds, markWith } from "@nightflow/domain";
import type { BatchMark, ReadingStore, StoredMark } from "@nightflow/storage";
import { ChannelMemory } from "./channel-memory.ts";
import type { TouchedChannels } from "./touched-channels.ts";

/** What a commit changes in ingest's memory once it is durable. */
export interface StateChange {
  readonly marks: readonly BatchMark[];
  readonly channels: TouchedChannels;
}

/**
 * What ingest remembers of the store: marks of agents, newest read times, baselines of registers.
 *
 * It is a copy. After a commit whose outcome is unknown it is no longer trusted and is loaded again before anything else
 * is stored; that is what keeps a batch from being stored twice when the store said no and had done it all the same.
 */
export class IngestState {
  readonly #marks = new Map<string, Map<string, Mark>>();
  readonly #newestEpoch = new Map<string, string>();
  readonly channels = new ChannelMemory();
  #isTrusted = false;

  /** Loads from the store unless the copy is trusted. @throws {StoreUnavailableError} */
  async ensure(store: ReadingStore): Promise<void> {
    if (this.#isTrusted) return;
    const [marks, newestReadAt] = await Promise.all([store.marks(), store.newestReadAt()]);
    this.#marks.clear();
    this.channels.restart(newestReadAt);
    const heardOf = new Set(this.#newestEpoch.keys());
    for (const { agent, epoch, seq, above } of marks) {
      this.#setMark(agent, epoch, { seq, above });
      if (!heardOf.has(agent)) this.#newestEpoch.set(agent, epoch);
    }
    this.#isTrusted = true;
  }

  /** Takes over marks as the store has them now, which may be ahead of the copy: other ingests store too. */
  learnMarks(marks: readonly StoredMark[]): void {
    for (const { agent, epoch, seq, above } of marks) {
      this.#setMark(agent, epoch, { seq, above });
      this.#newestEpoch.set(agent, epoch);
    }
  }

  /** Tells that the store may hold more than this copy knows. */
  distrust(): void {
    this.#isTrusted = false;
  }

  markOf(agent: string, epoch: string): Mark {
    return this.#marks.get(agent)?.get(epoch) ?? EMPTY_MARK;
  }

  /** Whether a batch is stored already. False while the copy is not trusted. */
  holds({ agent, epoch, seq }: BatchMark): boolean {
    return this.#isTrusted && markHolds(this.markOf(agent, epoch), seq);
  }

  /** Whether the mark has no place for `seq` until the hole below it closes. */
  isTooFarAhead({ agent, epoch, seq }: BatchMark): boolean {
    return seq > this.markOf(agent, epoch).seq + MAX_ABOVE;
  }

  /** The epoch of the agent that was stored last, after a start the last that the store lists; undefined when none is. */
  newestEpochOf(agent: string): string | undefined {
    return this.#newestEpoch.get(agent);
  }

  apply(change: StateChange): void {
    for (const { agent, epoch, seq } of change.marks) {
      this.#setMark(agent, epoch, markWith(this.markOf(agent, epoch), seq));
      this.#newestEpoch.set(agent, epoch);
    }
    change.channels.applyTo(this.channels);
  }

  #setMark(agent: string, epoch: string, mark: Mark): void {
    const epochs = this.#marks.get(agent) ?? new Map<string, Mark>();
    this.#marks.set(agent, epochs);
    epochs.set(epoch, mark);
  }
}
