import type { ServerResponse } from "node:http";
import type { JobQueue } from "@nightflow/storage";
import { toJobRow } from "./care.ts";

const LOOK_EVERY_MS = 300;
const BEAT_EVERY = 50;
const OVER = new Set(["done", "dead", "cancelled"]);

/** What a stream of one job is made of. */
export interface ProgressStreamOptions {
  readonly jobs: JobQueue;
  readonly id: string;
  /** Whether the session still stands; looked at with every heartbeat. */
  isSessionLive(): Promise<boolean>;
}

/** How one job gets on, as server-sent events: `job` whenever something changed, and the end when it is over. */
export class ProgressStream {
  readonly #response: ServerResponse;
  readonly #options: ProgressStreamOptions;
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;
  #told = "";
  #looks = 0;

  constructor(response: ServerResponse, options: ProgressStreamOptions) {
    this.#response = response;
    this.#options = options;
    response.once("close", () => this.close());
  }

  async open(): Promise<void> {
    this.#response.writeHead(200, {
      "content-type": "text/event-stream; charset=utf-8",
      "cache-control": "no-store",
      "x-accel-buffering": "no",
      "x-content-type-options": "nosniff",
    });
    this.#response.write("retry: 2000\n\n");
    await this.#look();
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    clearTimeout(this.#timer);
    this.#response.end();
  }

  async #look(): Promise<void> {
    // A database that is away is looked for again; the reader sees no change meanwhile.
    const isOver = await this.#tell().catch(() => false);
    if (isOver) return this.close();
    if (this.#isClosed) return;
    this.#timer = setTimeout(() => void this.#look(), LOOK_EVERY_MS).unref();
  }

  async #tell(): Promise<boolean> {
    const { jobs, id, isSessionLive } = this.#options;
    const job = await jobs.find(id);
    if (job === undefined) return true;
    const row = toJobRow(job);
    const data = JSON.stringify(row);
    if (data !== this.#told && !this.#isClosed) this.#response.write(`event: job\ndata: ${data}\n\n`);
    this.#told = data;
    if (OVER.has(row.state)) return true;
    if (++this.#looks % BEAT_EVERY !== 0) return false;
    if (!this.#isClosed) this.#response.write(": heartbeat\n\n");
    return !(await isSessionLive());
  }
}
