import { setTimeout as sleep } from "node:timers/promises";
import { describeError } from "@nightflow/domain";
import type { KnownChannel, ReadingStore } from "@nightflow/storage";
import type { Logger } from "pino";
import type { ChannelRegistry } from "./ports.ts";
import { withinTime } from "./within-time.ts";

/** What a registry is made of. */
export interface ChannelRegistryDeps {
  /** Reads every channel from the source of truth. */
  readonly load: () => Promise<KnownChannel[]>;
  /** Keeps the copy that ingest starts from while the source is away. */
  readonly store: Pick<ReadingStore, "channels" | "saveChannels">;
  readonly logger: Logger;
  /** Longest wait for `load`, in real ms. */
  readonly loadTimeoutMs?: number;
  /** Shortest time from one load to the next, in real ms: a stream of unknown channels must not load for ever. */
  readonly minRefreshMs?: number;
}

/** The channels that ingest knows: PostgreSQL's, or while it is away the copy in the store. */
export async function createChannelRegistry(deps: ChannelRegistryDeps): Promise<ChannelRegistry> {
  const registry = new CachedChannels(deps);
  await registry.start();
  return registry;
}

class CachedChannels implements ChannelRegistry {
  readonly #deps: ChannelRegistryDeps;
  #channels = new Map<string, KnownChannel>();
  #version = 0;
  #isLoaded = false;
  #isCopyKept = true;
  #refreshing: Promise<void> | undefined;
  #next: Promise<void> | undefined;
  #refreshedAt = Number.NEGATIVE_INFINITY;

  constructor(deps: ChannelRegistryDeps) {
    this.#deps = deps;
  }

  async start(): Promise<void> {
    if (!(await this.#loadFromSource())) await this.#loadCopy();
  }

  get isLoaded(): boolean {
    return this.#isLoaded;
  }

  get version(): number {
    return this.#version;
  }

  async #loadCopy(): Promise<void> {
    try {
      this.#replace(await this.#deps.store.channels());
      // A store without a copy says nothing of what is registered.
      this.#isLoaded = this.#channels.size > 0;
      this.#deps.logger.warn({ channels: this.#channels.size }, "registry away: channels are those of the last copy");
    } catch (error) {
      this.#deps.logger.error({ reason: describeError(error) }, "no channels known: registry and store are away");
    }
  }

  lookup(id: string): KnownChannel | undefined {
    return this.#channels.get(id);
  }

  // A load that began before the caller asked may have missed what he asks for, so he waits for the one after it.
  refresh(): Promise<void> {
    if (this.#refreshing === undefined) return this.#begin();
    this.#next ??= this.#refreshing.then(() => {
      this.#next = undefined;
      return this.#begin();
    });
    return this.#next;
  }

  #begin(): Promise<void> {
    this.#refreshing = this.#refreshOnce().finally(() => {
      this.#refreshing = undefined;
    });
    return this.#refreshing;
  }

  async #refreshOnce(): Promise<void> {
    const dueInMs = this.#refreshedAt + (this.#deps.minRefreshMs ?? 1000) - performance.now();
    if (dueInMs > 0) await sleep(dueInMs);
    if (!(await this.#loadFromSource()) && !this.#isLoaded) await this.#loadCopy();
    this.#refreshedAt = performance.now();
  }

  async #loadFromSource(): Promise<boolean> {
    try {
      const channels = await withinTime(this.#deps.load(), this.#deps.loadTimeoutMs ?? 5000, "the registry");
      this.#isLoaded = true;
      if (this.#replace(channels) || !this.#isCopyKept) await this.#keepCopy(channels);
      return true;
    } catch (error) {
      this.#deps.logger.warn({ reason: describeError(error) }, "registry cannot be read; known channels stay");
      return false;
    }
  }

  async #keepCopy(channels: readonly KnownChannel[]): Promise<void> {
    this.#isCopyKept = false;
    try {
      await this.#deps.store.saveChannels(channels);
      this.#isCopyKept = true;
    } catch (error) {
      this.#deps.logger.warn({ reason: describeError(error) }, "copy of the registry not kept");
    }
  }

  /** Whether anything changed. */
  #replace(channels: readonly KnownChannel[]): boolean {
    const before = this.#channels;
    this.#channels = new Map(channels.map((channel) => [channel.id, channel]));
    const isChanged =
      before.size !== this.#channels.size ||
      channels.some((channel) => !isSameChannel(before.get(channel.id), channel));
    if (isChanged) this.#version++;
    return isChanged;
  }
}

function isSameChannel(a: KnownChannel | undefined, b: KnownChannel): boolean {
  return (
    a !== undefined &&
    a.meter === b.meter &&
    a.quantity === b.quantity &&
    a.unit === b.unit &&
    a.resolution === b.resolution &&
    a.capacityCounts === b.capacityCounts &&
    a.maxCountsPerHour === b.maxCountsPerHour
  );
}
