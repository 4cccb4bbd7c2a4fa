import { type FSWatcher, linkSync, mkdirSync, readdirSync, readFileSync, watch } from "node:fs";
import { join } from "node:path";
import { FRAME_KINDS, StoredBatch, scanFrames } from "@nightflow/edge-agent/durable";

/**
 * All that an agent's outbox ever held: each of its files gets a second name, which stays when the agent deletes the
 * first. So a test can say which readings were taken, and not only how many.
 */
export class KeptOutbox {
  readonly #from: string;
  readonly #to: string;
  readonly #watcher: FSWatcher;

  /** From now on keeps what is in the folder `from`, which is made where it is not there, in `to` on the same disk. */
  constructor(from: string, to: string) {
    mkdirSync(from, { recursive: true });
    mkdirSync(to, { recursive: true });
    [this.#from, this.#to] = [from, to];
    this.#watcher = watch(from, () => this.#keep());
    this.#keep();
  }

  /** Channel and instant of every reading that was taken, as often as it was. */
  taken(): string[] {
    const files = readdirSync(this.#to).toSorted();
    const frames = files.flatMap((file) => scanFrames(readFileSync(join(this.#to, file))).frames);
    return frames
      .filter(({ kind }) => kind === FRAME_KINDS.batch)
      .flatMap(({ json }) => StoredBatch.parse(json).readings as [string, number][])
      .map(([channel, readAtMs]) => `${channel}@${readAtMs}`);
  }

  close(): void {
    this.#watcher.close();
  }

  #keep(): void {
    const kept = new Set(readdirSync(this.#to));
    const files = readdirSync(this.#from).filter((file) => file.endsWith(".seg") && !kept.has(file));
    for (const file of files) this.#keepOne(file);
  }

  /** A file that is gone by now is missed where the test counts what was taken. */
  #keepOne(file: string): void {
    try {
      linkSync(join(this.#from, file), join(this.#to, file));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    }
  }
}
