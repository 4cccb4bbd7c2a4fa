import { createReadStream, statSync } from "node:fs";
import type { Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { NightflowError } from "@nightflow/domain";

/** A file of readings that cannot be opened, unpacked, or understood by its header. */
export class ReadingsFileError extends NightflowError {
  readonly code = "READINGS_FILE";
  readonly retriable = false;
}

/** The file as it is, and its bytes unpacked where its name ends in `.gz`. @throws {ReadingsFileError} when it is no file. */
export function openReadingsFile(path: string): readonly Readable[] {
  checkFile(path);
  const source = createReadStream(path, { highWaterMark: 1 << 20 });
  return path.endsWith(".gz") ? [source, createGunzip()] : [source];
}

/** @throws {ReadingsFileError} when there is no file of that name. */
export function checkFile(path: string): void {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) throw new ReadingsFileError(`${path}: there is no such file`);
  if (!found.isFile()) throw new ReadingsFileError(`${path} is not a file`);
}

/** What reading a file ran into, in words. */
export function asReadingsFileError(path: string, error: unknown): NightflowError {
  if (error instanceof NightflowError) return error;
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  if (code === "Z_BUF_ERROR")
    return new ReadingsFileError(`${path} is cut off: the packed data ends too early`, {
      cause: error,
      remedy: "copy or download it again",
    });
  if (code.startsWith("Z_"))
    return new ReadingsFileError(`${path} ends in .gz and is not packed`, {
      cause: error,
      remedy: "rename it, or pack it with gzip",
    });
  return new ReadingsFileError(`${path} cannot be read as CSV`, {
    cause: error,
    remedy: "give a text file: a header line, then one reading a line, separated by commas",
  });
}
