import { mkdir, open, readdir, readFile, rename, rm, unlink, writeFile } from "node:fs/promises";

/** An open file, as far as an outbox needs it. Offsets and lengths are in bytes. */
export interface DiskFile {
  write(
    bytes: Uint8Array,
    offset: number,
    length: number,
    position: number,
  ): Promise<{ readonly bytesWritten: number }>;
  read(into: Uint8Array, offset: number, length: number, position: number): Promise<unknown>;
  truncate(bytes: number): Promise<void>;
  datasync(): Promise<void>;
  sync(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Where an outbox keeps its files. What is written is durable only after a sync of the file, and a name only after a
 * sync of its folder. Fails as Node's own functions do, with their `code`.
 */
export interface Disk {
  open(path: string, flags: "r" | "r+" | "w"): Promise<DiskFile>;
  readFile(path: string): Promise<Buffer>;
  writeFile(path: string, bytes: Uint8Array): Promise<void>;
  /** Names in a folder, in no order. */
  readdir(folder: string): Promise<string[]>;
  /** Makes a folder and those above it, unless it is there. */
  mkdir(folder: string): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  unlink(path: string): Promise<void>;
  /** Removes a file; no fault when there is none. */
  remove(path: string): Promise<void>;
}

/** The machine's own disk. */
export const nodeDisk: Disk = {
  open: (path, flags) => open(path, flags),
  readFile: (path) => readFile(path),
  writeFile: (path, bytes) => writeFile(path, bytes),
  readdir: (folder) => readdir(folder),
  mkdir: async (folder) => void (await mkdir(folder, { recursive: true })),
  rename,
  unlink,
  remove: (path) => rm(path, { force: true }),
};
