import type { Sql } from "@nightflow/storage";

/** A file or folder, as far as its rights go. */
export interface FileRights {
  readonly mode: number;
  readonly isFolder: boolean;
  readonly bytes: number;
}

/** The file system of a folder. */
export interface FileSystem {
  readonly kind: number;
  readonly freeBytes: number;
  readonly inodes: number;
  readonly inodesFree: number;
}

/** An answer by HTTP. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Format of a DuckDB store file, and the newest that this program knows. */
export interface StoreFormat {
  readonly format: number;
  readonly known: number;
}

/** How the doctor touches the world; tests put others in its place. */
export interface Probes {
  /** `free`, `busy`, or why it cannot be listened on. */
  portState(host: string, port: number): Promise<string>;
  connects(host: string, port: number): Promise<void>;
  http(
    url: string,
    options?: { method?: string; headers?: Readonly<Record<string, string>>; body?: string },
  ): Promise<HttpAnswer>;
  /** What a Redis answers to some commands, one text each. */
  redis(url: string, commands: readonly (readonly string[])[]): Promise<readonly string[]>;
  withSql<Result>(url: string, work: (sql: Sql) => Promise<Result>): Promise<Result>;
  knownMigrations(): Promise<number>;
  storeFormat(path: string): Promise<StoreFormat>;
  rights(path: string): FileRights | undefined;
  list(folder: string): readonly string[];
  read(path: string): string;
  mayWrite(folder: string): boolean;
  fileSystem(folder: string): Promise<FileSystem>;
  /** Median of some syncs of 4 KiB in the folder, ms. */
  syncMs(folder: string): Promise<number>;
  nowMs(): number;
  nodeVersion(): string;
  userId(): number;
  userName(): string;
  memoryBytes(): number;
  /** Most files that may be open; infinite where the system does not say. */
  openFiles(): number;
}
