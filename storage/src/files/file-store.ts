import { createHash, randomUUID } from "node:crypto";
import { type FileHandle, mkdir, open, readFile, rename, rm, stat } from "node:fs/promises";
import path from "node:path";
import { NightflowError } from "@nightflow/domain";

/** What is known of a stored file besides its bytes. */
export interface StoredFile {
  /** SHA-256 of the bytes, 64 hex digits; the file's only name. */
  readonly hash: string;
  readonly mediaType: string;
  readonly bytes: number;
}

/** Files by their content: the same bytes are kept once and never change. Who may see one is the API's business. */
export interface FileStore {
  /** Keeps the bytes; resolves when they would survive a power cut. */
  put(bytes: Uint8Array, mediaType: string): Promise<StoredFile>;
  /** @throws {FileMissingError} when no such file is kept. @throws {FileDamagedError} when its bytes are not what was put. */
  read(hash: string): Promise<Uint8Array>;
  has(hash: string): Promise<boolean>;
}

/** No file of this hash is kept. */
export class FileMissingError extends NightflowError {
  readonly code = "FILE_MISSING";
  readonly retriable = false;
}

/** A kept file no longer has the bytes that its name promises. */
export class FileDamagedError extends NightflowError {
  readonly code = "FILE_DAMAGED";
  readonly retriable = false;
}

const HASH = /^[0-9a-f]{64}$/;

/** Opens, and makes when missing, a folder of files named by their content. */
export async function openFileStore(folder: string): Promise<FileStore> {
  await mkdir(path.join(folder, "incoming"), { recursive: true });
  return new FolderFileStore(folder);
}

class FolderFileStore implements FileStore {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  async put(bytes: Uint8Array, mediaType: string): Promise<StoredFile> {
    const hash = hashOf(bytes);
    if (!(await this.#isWhole(hash, bytes.length))) await this.#write(hash, bytes);
    return { hash, mediaType, bytes: bytes.length };
  }

  async read(hash: string): Promise<Uint8Array> {
    const bytes = await readFile(this.#pathOf(hash)).catch((cause: NodeJS.ErrnoException) => {
      if (cause.code === "ENOENT") throw new FileMissingError(`no file ${hash} is kept`, { cause });
      throw cause;
    });
    if (hashOf(bytes) !== hash)
      throw new FileDamagedError(`file ${hash} is damaged on disk`, { remedy: "restore it from a backup" });
    return bytes;
  }

  async has(hash: string): Promise<boolean> {
    return (await sizeOf(this.#pathOf(hash))) !== undefined;
  }

  #pathOf(hash: string): string {
    if (!HASH.test(hash)) throw new FileMissingError(`${JSON.stringify(hash.slice(0, 80))} is not the hash of a file`);
    return path.join(this.#folder, hash.slice(0, 2), hash);
  }

  async #isWhole(hash: string, bytes: number): Promise<boolean> {
    return (await sizeOf(this.#pathOf(hash))) === bytes && (await this.read(hash).catch(() => undefined)) !== undefined;
  }

  // Written aside and moved when on disk, so that a name never stands for half a file; a damaged one is replaced.
  async #write(hash: string, bytes: Uint8Array): Promise<void> {
    const target = this.#pathOf(hash);
    const draft = path.join(this.#folder, "incoming", randomUUID());
    await mkdir(path.dirname(target), { recursive: true });
    try {
      await withSync(draft, "wx", (file) => file.writeFile(bytes));
      await rename(draft, target);
    } catch (error) {
      await rm(draft, { force: true });
      throw error;
    }
    await syncFolder(path.dirname(target));
    await syncFolder(this.#folder);
  }
}

async function withSync(file: string, flags: string, work: (handle: FileHandle) => Promise<void>): Promise<void> {
  const handle = await open(file, flags, 0o600);
  try {
    await work(handle);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

// Windows has no folder handles; there the rename itself is journalled.
async function syncFolder(folder: string): Promise<void> {
  if (process.platform !== "win32") await withSync(folder, "r", async () => undefined);
}

async function sizeOf(file: string): Promise<number | undefined> {
  return stat(file).then(
    (found) => found.size,
    () => undefined,
  );
}

function hashOf(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
