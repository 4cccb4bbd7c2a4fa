import { Agent } from "node:http";
import { Agent as TlsAgent } from "node:https";
import { InfluxDB, setLogger } from "@influxdata/influxdb-client";
import type { Logger } from "pino";
import { StoreRefusedError } from "../errors.ts";
import { breathe } from "../serial-queue.ts";
import { asInfluxError, isUnreached, LinesRefusedError } from "./influx-errors.ts";
import type { RefusedRow } from "./refused-rows.ts";

/** Lines in one request: far below what the server's own time-out of 10 s allows (INFLUXDB 1.2). */
const LINES_PER_REQUEST = 5000;
/** Longer than the server's 10 s, so that its answer comes instead of ours. */
const TIMEOUT_MS = 30_000;

/** What is told of the requests of one write. */
export interface WriteSteps {
  /** Called before each request; when it rejects, nothing more is sent. */
  readonly before?: () => Promise<void>;
  /** Called as soon as a line may be stored, be it that no answer came. */
  readonly onMaybeWritten?: () => void;
}

interface Progress extends WriteSteps {
  readonly refused: RefusedRow[];
}

export interface PointWriterOptions {
  readonly url: string;
  readonly token: string;
  readonly org: string;
  readonly bucket: string;
  readonly logger: Logger;
}

/** Writes lines to one bucket; what it says to be stored InfluxDB has fsynced. */
export class PointWriter {
  readonly #client: InfluxDB;
  readonly #agent: Agent;
  readonly #options: PointWriterOptions;

  constructor(options: PointWriterOptions) {
    const { url, token, logger } = options;
    // The client's own logger dumps every failure with its headers to stderr; errors are thrown here anyway.
    setLogger({ error: (text) => logger.debug(text), warn: (text) => logger.debug(text) });
    this.#options = options;
    this.#agent = url.startsWith("https:") ? new TlsAgent({ keepAlive: true }) : new Agent({ keepAlive: true });
    this.#client = new InfluxDB({ url, token, timeout: TIMEOUT_MS, transportOptions: { agent: this.#agent } });
  }

  /**
   * Stores all lines but those that InfluxDB refuses even alone, which it gives back. One request at a time.
   *
   * @throws {StoreUnavailableError} when it is unknown what is stored: write the same lines again.
   * @throws {StoreRefusedError} for a wrong token or bucket.
   */
  async write(lines: readonly string[], steps: WriteSteps = {}): Promise<RefusedRow[]> {
    const refused: RefusedRow[] = [];
    for (let from = 0; from < lines.length; from += LINES_PER_REQUEST) {
      await this.#writeOrSplit(lines.slice(from, from + LINES_PER_REQUEST), from, { ...steps, refused });
      await breathe();
    }
    return refused;
  }

  close(): void {
    this.#agent.destroy();
  }

  // The server neither names nor rightly counts the lines it dropped (INFLUXDB 1.3), so they are found by halving;
  // lines that were stored already are only written over with themselves.
  async #writeOrSplit(lines: readonly string[], from: number, progress: Progress): Promise<void> {
    await progress.before?.();
    try {
      await this.#send(lines);
      progress.onMaybeWritten?.();
    } catch (error) {
      if (!(error instanceof StoreRefusedError) && !isUnreached(error)) progress.onMaybeWritten?.();
      if (!(error instanceof LinesRefusedError)) throw error;
      if (lines.length === 1) {
        progress.refused.push({ index: from, code: error.why, reason: error.message });
        return;
      }
      const middle = Math.ceil(lines.length / 2);
      await this.#writeOrSplit(lines.slice(0, middle), from, progress);
      await this.#writeOrSplit(lines.slice(middle), from + middle, progress);
    }
  }

  // One WriteApi a request and no retries: the client's buffer lives in memory, and its flush resolves although an
  // earlier batch failed (INFLUXDB 4). The lines go as one record, so one flush is one request with one answer.
  async #send(lines: readonly string[]): Promise<void> {
    const { org, bucket, url } = this.#options;
    const api = this.#client.getWriteApi(org, bucket, "ms", {
      batchSize: 2,
      maxBatchBytes: Number.POSITIVE_INFINITY,
      flushInterval: 0,
      maxRetries: 0,
      gzipThreshold: isLoopback(url) ? Number.POSITIVE_INFINITY : 1000,
    });
    try {
      api.writeRecord(lines.join("\n"));
      await api.flush();
    } catch (error) {
      throw asInfluxError(error, `writing ${lines.length} readings`);
    } finally {
      await api.close().catch(() => undefined);
    }
  }
}

function isLoopback(url: string): boolean {
  return ["127.0.0.1", "localhost", "[::1]"].includes(new URL(url).hostname);
}
