import type { ServerResponse } from "node:http";
import type { LiveEventKind } from "@nightflow/domain";
import type { StoredLiveEvent } from "@nightflow/storage";
import type { Permission } from "../access/permissions.ts";
import type { Principal } from "../access/principal.ts";
import { isPathInScope } from "../access/scope.ts";
import type { LiveFeed } from "./live-feed.ts";

const RIGHTS: Readonly<Record<LiveEventKind, Permission>> = {
  anomaly: "monitor.event.read",
  ticket: "ticket.ticket.read",
  report: "report.usage.read",
  collection: "collection.status.read",
};

// A reader that lets this much pile up is dropped; it comes back with the id of its last event and misses nothing.
const MOST_UNREAD_BYTES = 1_000_000;

/** Whether a person may hear of an event: it lies in his scope and he has the right to see such things. */
export function mayHear(principal: Principal, event: StoredLiveEvent): boolean {
  return isPathInScope(principal.scope, event.unitPath) && principal.permissions.has(RIGHTS[event.kind]);
}

/** One event as a frame of server-sent events. */
export function toFrame(event: StoredLiveEvent): string {
  const data = JSON.stringify({ id: event.id, subject: event.subject, at: event.at });
  return `id: ${event.id}\nevent: ${event.kind}\ndata: ${data}\n\n`;
}

/** What a stream is made of. */
export interface EventStreamOptions {
  readonly feed: LiveFeed;
  readonly principal: Principal;
  /** Number of the last event that the reader has; undefined starts at now. */
  readonly afterNo: number | undefined;
  readonly heartbeatMs: number;
  readAfter(no: number): Promise<StoredLiveEvent[]>;
  /** Whether the session still stands; looked at with every heartbeat. */
  isSessionLive(): Promise<boolean>;
}

/** The stream of one reader: first what he missed, then what comes, in order and once each. */
export class EventStream {
  readonly #response: ServerResponse;
  readonly #options: EventStreamOptions;
  readonly #unsubscribe: () => void;
  readonly #timer: NodeJS.Timeout;
  readonly #closed = Promise.withResolvers<void>();
  #lastNo: number;
  #isCaughtUp = false;

  constructor(response: ServerResponse, options: EventStreamOptions) {
    this.#response = response;
    this.#options = options;
    this.#lastNo = options.afterNo ?? options.feed.lastNo;
    this.#unsubscribe = options.feed.subscribe((events) => {
      if (this.#isCaughtUp) this.#send(events);
    });
    this.#timer = setInterval(() => void this.#beat(), options.heartbeatMs).unref();
    response.once("close", () => {
      this.close();
      this.#closed.resolve();
    });
  }

  /** Sends the head and what the reader missed; afterwards events come as they happen. */
  async open(): Promise<void> {
    this.#response.writeHead(200, {
      "content-type": "text/event-stream; charset=utf-8",
      "cache-control": "no-store",
      "x-accel-buffering": "no",
      "x-content-type-options": "nosniff",
    });
    this.#response.write("retry: 2000\n: connected\n\n");
    // Until this stream is as far as the feed, events come from the table, so that none is skipped or out of order.
    while (this.#lastNo < this.#options.feed.lastNo && !this.#response.destroyed) {
      const events = await this.#options.readAfter(this.#lastNo);
      if (events.length === 0) break;
      this.#send(events);
      await this.#drained();
    }
    this.#isCaughtUp = true;
  }

  close(): void {
    clearInterval(this.#timer);
    this.#unsubscribe();
    this.#response.end();
  }

  #send(events: readonly StoredLiveEvent[]): void {
    for (const event of events) {
      if (event.id <= this.#lastNo) continue;
      this.#lastNo = event.id;
      if (mayHear(this.#options.principal, event)) this.#response.write(toFrame(event));
    }
    if (this.#response.writableLength > MOST_UNREAD_BYTES) this.#response.destroy();
  }

  async #drained(): Promise<void> {
    if (!this.#response.writableNeedDrain || this.#response.destroyed) return;
    const drained = new Promise((resolve) => this.#response.once("drain", resolve));
    await Promise.race([drained, this.#closed.promise]);
  }

  async #beat(): Promise<void> {
    const isLive = await this.#options.isSessionLive().catch(() => true);
    if (!isLive) return this.close();
    this.#response.write(": heartbeat\n\n");
  }
}
