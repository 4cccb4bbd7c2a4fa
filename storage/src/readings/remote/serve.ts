import type { MessagePort, Transferable } from "node:worker_threads";
import { createBirpc } from "birpc";
import type { FeedPage, ReadingStore } from "../../ports.ts";
import { transferablesOf } from "../reading-columns.ts";
import { ToldNames } from "./channel-names.ts";
import { type Answer, toErrorMessage } from "./messages.ts";

/**
 * Lets the thread at the other end of `port` use this store; columns of readings go over without a copy.
 * Serve one port for each thread. Gives what stops it; the store itself stays open.
 *
 * Close the store before its thread ends: a thread that is terminated inside a DuckDB call aborts the whole process.
 */
export function serveReadingStore(store: ReadingStore, port: MessagePort): () => void {
  const names = new ToldNames();
  const functions = {
    marks: answering(store.marks.bind(store)),
    newestReadAt: answering(() => store.newestReadAt()),
    commit: answering(store.commit.bind(store)),
    valuesAt: answering(store.valuesAt.bind(store)),
    changesSince: answering(async (cursor: number, limit: number) =>
      names.page(await store.changesSince(cursor, limit)),
    ),
    saveCursor: answering(store.saveCursor.bind(store)),
    feedConsumers: answering(() => store.feedConsumers()),
    forgetConsumer: answering(store.forgetConsumer.bind(store)),
    curve: answering(store.curve.bind(store)),
    lastValues: answering(store.lastValues.bind(store)),
    allLastValues: answering(() => store.allLastValues()),
    hourly: answering(store.hourly.bind(store)),
    daily: answering(store.daily.bind(store)),
    nightMinimum: answering(store.nightMinimum.bind(store)),
    saveChannels: answering(store.saveChannels.bind(store)),
    channels: answering(() => store.channels()),
    setAside: answering(store.setAside.bind(store)),
    findSetAside: answering(store.findSetAside.bind(store)),
    countSetAside: answering(store.countSetAside.bind(store)),
    groupSetAside: answering(store.groupSetAside.bind(store)),
    settleSetAside: answering(store.settleSetAside.bind(store)),
    counts: answering(() => store.counts()),
    metrics: answering(() => store.metrics()),
  };
  const channel = createBirpc<Record<string, never>, typeof functions>(functions, {
    post: (message: unknown) => port.postMessage(message, transferablesIn(message)),
    on: (listener) => port.on("message", listener),
    off: (listener) => port.off("message", listener),
  });
  return () => {
    channel.$close();
    port.close();
  };
}

/** Errors travel as values: an error object would arrive without its code. */
export function answering<Args extends readonly unknown[], Value>(
  call: (...args: Args) => Promise<Value>,
): (...args: Args) => Promise<Answer<Value>> {
  return async (...args) => {
    try {
      return { value: await call(...args) };
    } catch (error) {
      return { error: toErrorMessage(error) };
    }
  };
}

/** Columns are made for one answer, so their arrays may leave this thread. */
export function transferablesIn(message: unknown): Transferable[] {
  const value = (message as { r?: { value?: unknown } }).r?.value;
  if (typeof value !== "object" || value === null || Array.isArray(value) || value instanceof Map) return [];
  return [value, (value as Partial<FeedPage>).readings ?? {}].flatMap(transferablesOf);
}
