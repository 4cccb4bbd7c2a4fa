import { Agent } from "node:http";
import { Agent as TlsAgent } from "node:https";
import { InfluxDB, setLogger } from "@influxdata/influxdb-client";
import type { Logger } from "pino";
import { asInfluxError } from "./influx-errors.ts";
import type { RefusedRow } from "./refused-rows.ts";
import { type WriteSteps, writeSplitting } from "./split-write.ts";

/** Longer than the server's 10 s, so that its answer comes instead of ours. */
const TIMEOUT_MS = 30_000;

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
  write(lines: readonly string[], steps: WriteSteps = {}): Promise<RefusedRow[]> {
    return writeSplitting(lines, (some) => this.#send(some), steps);
  }

  close(): void {
    this.#agent.destroy();
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
