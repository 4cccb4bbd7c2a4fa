import { stat } from "node:fs/promises";
import { describeError } from "@nightflow/domain";
import type { Logger } from "pino";

/** When the write-ahead log is folded into the store file. */
export interface CheckpointPolicy {
  /** A log of this size is folded in at once; commits wait for it. */
  readonly maxLogBytes: number;
  /** A smaller log is folded in after so long without a commit. */
  readonly idleMs: number;
}

/** A log below this size is not worth a checkpoint. */
const WORTHWHILE_BYTES = 1024 * 1024;

/**
 * Decides when to run `checkpoint`. DuckDB's own checkpoints come in the middle of a commit (p99 113 ms, DECISIONS);
 * these come when nothing is being stored, or when the log has grown too large to wait.
 */
export class CheckpointTimer {
  readonly #logPath: string;
  readonly #policy: CheckpointPolicy;
  readonly #checkpoint: () => Promise<void>;
  readonly #logger: Logger;
  #idle: NodeJS.Timeout | undefined;
  #isStopped = false;

  constructor(storePath: string, policy: CheckpointPolicy, checkpoint: () => Promise<void>, logger: Logger) {
    this.#logPath = `${storePath}.wal`;
    this.#policy = policy;
    this.#checkpoint = checkpoint;
    this.#logger = logger;
  }

  /** To be called after every commit; `journalBytes` lie in the journal until the next checkpoint. */
  async afterCommit(journalBytes = 0): Promise<void> {
    clearTimeout(this.#idle);
    const logBytes = await this.logBytes();
    if (this.#isStopped) return;
    if (Math.max(logBytes, journalBytes) >= this.#policy.maxLogBytes) return this.#run();
    clearTimeout(this.#idle);
    this.#idle = setTimeout(() => void this.#whenIdle(), this.#policy.idleMs);
    this.#idle.unref();
  }

  /** A log of this size is folded in at once. */
  get maxLogBytes(): number {
    return this.#policy.maxLogBytes;
  }

  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#idle);
  }

  async #whenIdle(): Promise<void> {
    if ((await this.logBytes()) >= WORTHWHILE_BYTES) await this.#run();
  }

  // A checkpoint that fails loses nothing: the log stays and the next commit asks again.
  async #run(): Promise<void> {
    try {
      await this.#checkpoint();
    } catch (error) {
      this.#logger.warn({ error: describeError(error) }, "checkpoint of the store file failed");
    }
  }

  /** Size of the log. */
  async logBytes(): Promise<number> {
    const found = await stat(this.#logPath).catch(() => undefined);
    return found?.size ?? 0;
  }
}
