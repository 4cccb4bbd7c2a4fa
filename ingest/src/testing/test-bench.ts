import { agentTopics, ManualClock, type Origin } from "@nightflow/domain";
import type { KnownChannel, ReadingStore } from "@nightflow/storage";
import { pino } from "pino";
import { IngestConfig } from "../config.ts";
import { type Ingest, type IngestDeps, startIngest } from "../ingest.ts";
import type { ChannelRegistry, Publisher } from "../ports.ts";
import { MemoryReadingStore } from "./memory-reading-store.ts";

/** The instant at which test benches start. */
export const NOON = Date.UTC(2026, 2, 1, 12);

export const HOUR_MS = 3_600_000;

/** Agent `gw-1` of site `town`. */
export const GATEWAY: Publisher = { name: "gw-1", role: "agent", site: "town" };

/** A register of litres with seven digits, at most 3,000 litres an hour. */
export function waterChannel(id: string, limits: Partial<KnownChannel> = {}): KnownChannel {
  return {
    id,
    meter: id.split(".")[0] ?? id,
    quantity: "forward_total",
    unit: "m3",
    resolution: 0.001,
    capacityCounts: 10_000_000,
    maxCountsPerHour: 3000,
    ...limits,
  };
}

/** A pressure gauge. */
export function pressureChannel(id: string): KnownChannel {
  const none = { resolution: null, capacityCounts: null, maxCountsPerHour: null };
  return { id, meter: id.split(".")[0] ?? id, quantity: "pressure", unit: "kPa", ...none };
}

/** Channels that a test may add to; `behind` is what the source knows and a refresh brings. */
export class TestRegistry implements ChannelRegistry {
  readonly known = new Map<string, KnownChannel>();
  readonly behind: KnownChannel[] = [];
  isLoaded = true;
  refreshes = 0;

  // A test adds to `known` as it likes.
  get version(): number {
    return this.known.size;
  }

  lookup(id: string): KnownChannel | undefined {
    return this.known.get(id);
  }

  async refresh(): Promise<void> {
    this.refreshes++;
    for (const channel of this.behind) this.known.set(channel.id, channel);
  }
}

/** The payload of a batch, with readings of any shape. */
export function batchOf(
  seq: number,
  readings: readonly unknown[],
  more: { epoch?: string; origin?: Origin } = {},
): string {
  const { epoch = "e1", origin = "live" } = more;
  return JSON.stringify({ v: 1, origin, epoch, seq, sentAt: NOON, readings });
}

export interface PublishedAck {
  readonly topic: string;
  readonly payload: unknown;
}

/** An ingest with a store in memory, two known channels, and the acks that it published. */
export interface TestBench {
  readonly ingest: Ingest;
  readonly store: MemoryReadingStore;
  readonly registry: TestRegistry;
  readonly clock: ManualClock;
  readonly acks: PublishedAck[];
  /** Takes a payload from gw-1 on its own topic. */
  take(payload: string | Uint8Array): Promise<string>;
}

export interface BenchOptions extends Partial<Omit<IngestDeps, "config" | "registry">> {
  readonly store?: MemoryReadingStore;
  readonly config?: Partial<IngestConfig>;
}

export async function testBench(options: BenchOptions = {}): Promise<TestBench> {
  const { store = new MemoryReadingStore(), config = {}, ...deps } = options;
  const registry = new TestRegistry();
  for (const channel of [waterChannel("M-1.forward_total"), pressureChannel("M-1.pressure")])
    registry.known.set(channel.id, channel);
  const clock = new ManualClock(NOON);
  const acks: PublishedAck[] = [];
  const publishAck = async (topic: string, payload: string) => {
    acks.push({ topic, payload: JSON.parse(payload) });
  };
  const quick = { retryForMs: 0, retryFirstMs: 1, ...config };
  const logger = pino({ level: "silent" });
  const made: IngestDeps = {
    store: store as ReadingStore,
    registry,
    publishAck,
    clock,
    logger,
    ...deps,
    config: IngestConfig.parse(quick),
  };
  const ingest = await startIngest(made);
  const take = (payload: string | Uint8Array) =>
    ingest.take(
      agentTopics("town", "gw-1").readings,
      typeof payload === "string" ? Buffer.from(payload) : payload,
      GATEWAY,
    );
  return { ingest, store, registry, clock, acks, take };
}
