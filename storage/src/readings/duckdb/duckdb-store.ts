import { startFileThread } from "./file-thread/start.ts";
import { startJournalDisk } from "./journal/journal-disk.ts";
import { openJournaled } from "./journal/journaled-store.ts";
import { openStoreFile } from "./store-file.ts";
import type { DuckDbReadingStore, DuckDbStoreOptions } from "./store-port.ts";

export type { DuckDbReadingStore, DuckDbStoreOptions } from "./store-port.ts";

/**
 * Opens the embedded time-series store, one file that this thread owns.
 *
 * @throws {StoreTooNewError} @throws {StoreCorruptError} @throws {StoreBusyError} each saying what to do.
 */
export async function openDuckDbStore(options: DuckDbStoreOptions): Promise<DuckDbReadingStore> {
  const { path, logger, thread } = options;
  const file = thread === undefined ? await openStoreFile(options) : await startFileThread(options, thread);
  const parts = { storePath: path, file, logger };
  return await openJournaled(thread === undefined ? parts : { ...parts, disk: await startJournalDisk() });
}
