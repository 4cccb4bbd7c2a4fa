import { createHash } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { mkdir, open, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { BackupDamagedError } from "./backup-errors.ts";
import type { BackupPart } from "./manifest.ts";

type OnBytes = (bytes: number) => void;

/** Where a part comes from: a file, the first bytes of a file, or a stream. */
export interface PartSource {
  readonly file?: string;
  readonly bytes?: number;
  readonly stream?: Readable;
  readonly text?: string;
}

/** Only the owner reads a backup: it holds people's data, hashes of passwords and, in its secret parts, keys. */
const MODE = 0o600;

/**
 * Writes one part below `folder` and gives what the manifest says of it; on disk when it resolves.
 *
 * @throws {BackupDamagedError} when the source has fewer bytes than asked for.
 */
export async function writePart(
  folder: string,
  path: string,
  source: PartSource,
  onBytes: OnBytes = () => undefined,
): Promise<BackupPart> {
  const target = join(folder, path);
  await mkdir(dirname(target), { recursive: true, mode: 0o700 });
  const hash = createHash("sha256");
  let bytes = 0;
  const count = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      bytes += chunk.length;
      onBytes(chunk.length);
      done(null, chunk);
    },
  });
  await pipeline(streamOf(source), count, createWriteStream(target, { mode: MODE }));
  if (source.bytes !== undefined && bytes !== source.bytes)
    throw new BackupDamagedError(`${source.file ?? path} had ${bytes} of ${source.bytes} bytes`);
  await syncPath(target);
  return { path, bytes, sha256: hash.digest("hex") };
}

function streamOf({ file, bytes, stream, text }: PartSource): Readable {
  if (stream !== undefined) return stream;
  if (text !== undefined || file === undefined || bytes === 0) return Readable.from([Buffer.from(text ?? "")]);
  return createReadStream(file, { highWaterMark: 1 << 20, ...(bytes !== undefined && { end: bytes - 1 }) });
}

/** SHA-256 and size of a file as it is now. */
export async function hashFile(
  path: string,
  onBytes: OnBytes = () => undefined,
): Promise<{ bytes: number; sha256: string }> {
  const hash = createHash("sha256");
  let bytes = 0;
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) {
    hash.update(chunk as Buffer);
    bytes += (chunk as Buffer).length;
    onBytes((chunk as Buffer).length);
  }
  return { bytes, sha256: hash.digest("hex") };
}

/** What is wrong with a part; undefined when it is what was written. */
export async function faultOfPart(folder: string, part: BackupPart, onBytes?: OnBytes): Promise<string | undefined> {
  const found = await stat(join(folder, part.path)).catch(() => undefined);
  if (found === undefined) return `${part.path} is missing`;
  if (found.size !== part.bytes) return `${part.path} has ${found.size} bytes instead of ${part.bytes}`;
  const { sha256 } = await hashFile(join(folder, part.path), onBytes);
  return sha256 === part.sha256 ? undefined : `${part.path} is not what was written`;
}

/** Brings a file, or on other systems than Windows the names in a folder, to the disk. */
export async function syncPath(path: string, isFolder = false): Promise<void> {
  if (isFolder && process.platform === "win32") return;
  const handle = await open(path, isFolder ? "r" : "r+");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
