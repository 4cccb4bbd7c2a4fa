import type { MessagePort } from "node:worker_threads";
import { StoreUnavailableError } from "@nightflow/domain";
import { createBirpc } from "birpc";
import type {
  CommitRequest,
  Curve,
  FeedConsumer,
  FeedPage,
  KnownChannel,
  LastValue,
  LastValueColumns,
  NightColumns,
  NightWindow,
  ReadingStore,
  RollUpColumns,
  RollUpRange,
  SetAsideFilter,
  SetAsideGroup,
  SetAsideList,
  SetAsidePageRequest,
  SetAsideReasonCount,
  StoreCounts,
  StoredMark,
  StoredSetAside,
  StoredValue,
} from "../../ports.ts";
import { StoreClosedError } from "../errors.ts";
import type { InstantKey } from "../repeats.ts";
import { HeardNames } from "./channel-names.ts";
import { type Answer, fromErrorMessage, type RemoteMethods } from "./messages.ts";

/**
 * The store that another thread serves at the other end of `port`. Its errors come over with their class, code and
 * remedy; once the other thread is gone every call fails with StoreUnavailableError. `close` ends this side only.
 * `kind` is what the other thread serves; only the embedded store has an owner thread.
 */
export function connectReadingStore(port: MessagePort, kind: ReadingStore["kind"] = "duckdb"): ReadingStore {
  return new RemoteReadingStore(port, kind);
}

type Answering<Methods> = {
  [Name in keyof Methods]: Methods[Name] extends (...args: infer Args) => Promise<infer Value>
    ? (...args: Args) => Promise<Answer<Value>>
    : never;
};

function openChannel(port: MessagePort) {
  return createBirpc<Answering<RemoteMethods>>(
    {},
    {
      post: (message: unknown) => port.postMessage(message),
      on: (listener) => port.on("message", listener),
      off: (listener) => port.off("message", listener),
      // A replay may keep the store busy for longer than any fixed time; a thread that ends closes the port.
      timeout: -1,
    },
  );
}

class RemoteReadingStore implements ReadingStore {
  readonly kind: ReadingStore["kind"];
  readonly #port: MessagePort;
  readonly #remote: ReturnType<typeof openChannel>;
  readonly #names = new HeardNames();
  #isClosed = false;

  constructor(port: MessagePort, kind: ReadingStore["kind"]) {
    this.kind = kind;
    this.#port = port;
    this.#remote = openChannel(port);
    port.once("close", () => this.#remote.$close(ownerGone()));
  }

  marks(agents?: readonly string[]): Promise<StoredMark[]> {
    return this.#ask(() => this.#remote.marks(agents));
  }

  newestReadAt(): Promise<Map<string, number>> {
    return this.#ask(() => this.#remote.newestReadAt());
  }

  commit(request: CommitRequest): Promise<number> {
    return this.#ask(() => this.#remote.commit(request));
  }

  valuesAt(keys: readonly InstantKey[]): Promise<(StoredValue | undefined)[]> {
    return this.#ask(() => this.#remote.valuesAt(keys));
  }

  async changesSince(cursor: number, limit: number): Promise<FeedPage> {
    return this.#names.page(await this.#ask(() => this.#remote.changesSince(cursor, limit)));
  }

  saveCursor(consumer: string, cursor: number): Promise<void> {
    return this.#ask(() => this.#remote.saveCursor(consumer, cursor));
  }

  feedConsumers(): Promise<FeedConsumer[]> {
    return this.#ask(() => this.#remote.feedConsumers());
  }

  forgetConsumer(name: string): Promise<boolean> {
    return this.#ask(() => this.#remote.forgetConsumer(name));
  }

  curve(channel: string, fromMs: number, toMs: number): Promise<Curve> {
    return this.#ask(() => this.#remote.curve(channel, fromMs, toMs));
  }

  lastValues(channels: readonly string[]): Promise<LastValue[]> {
    return this.#ask(() => this.#remote.lastValues(channels));
  }

  allLastValues(): Promise<LastValueColumns> {
    return this.#ask(() => this.#remote.allLastValues());
  }

  hourly(range: RollUpRange): Promise<RollUpColumns> {
    return this.#ask(() => this.#remote.hourly(range));
  }

  daily(range: RollUpRange, zone: string): Promise<RollUpColumns> {
    return this.#ask(() => this.#remote.daily(range, zone));
  }

  nightMinimum(range: RollUpRange, zone: string, window?: NightWindow): Promise<NightColumns> {
    return this.#ask(() => this.#remote.nightMinimum(range, zone, window));
  }

  saveChannels(channels: readonly KnownChannel[]): Promise<void> {
    return this.#ask(() => this.#remote.saveChannels(channels));
  }

  channels(): Promise<KnownChannel[]> {
    return this.#ask(() => this.#remote.channels());
  }

  setAside(list: SetAsideList, limit: number, beforeId?: number): Promise<StoredSetAside[]> {
    return this.#ask(() => this.#remote.setAside(list, limit, beforeId));
  }

  findSetAside(filter: SetAsideFilter, page: SetAsidePageRequest): Promise<StoredSetAside[]> {
    return this.#ask(() => this.#remote.findSetAside(filter, page));
  }

  countSetAside(filter: SetAsideFilter): Promise<SetAsideReasonCount[]> {
    return this.#ask(() => this.#remote.countSetAside(filter));
  }

  groupSetAside(filter: SetAsideFilter, limit: number): Promise<SetAsideGroup[]> {
    return this.#ask(() => this.#remote.groupSetAside(filter, limit));
  }

  settleSetAside(...[filter, settled]: Parameters<ReadingStore["settleSetAside"]>): Promise<number> {
    return this.#ask(() => this.#remote.settleSetAside(filter, settled));
  }

  counts(): Promise<StoreCounts> {
    return this.#ask(() => this.#remote.counts());
  }

  metrics(): Promise<Readonly<Record<string, number>>> {
    return this.#ask(() => this.#remote.metrics());
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#remote.$close(new StoreClosedError("the store has been closed"));
    this.#port.close();
  }

  async #ask<Value>(call: () => Promise<Answer<Value>>): Promise<Value> {
    if (this.#isClosed) throw new StoreClosedError("the store has been closed");
    if (this.#remote.$closed) throw ownerGone();
    const answer = await call();
    if ("error" in answer) throw fromErrorMessage(answer.error);
    return answer.value;
  }
}

function ownerGone(): StoreUnavailableError {
  return new StoreUnavailableError("the thread that owns the store is gone");
}
