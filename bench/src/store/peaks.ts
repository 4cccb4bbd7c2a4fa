import { readdir, stat } from "node:fs/promises";
import { dirname, join } from "node:path";

/** The most that was seen while something ran, in bytes. */
export interface Peaks {
  readonly residentBytes: number;
  readonly logBytes: number;
  readonly folderBytes: number;
}

const LOOK_EVERY_MS = 100;

/** Runs `work` and looks ten times a second at the memory of this process, the log of the store file and all files beside it. */
export async function withPeaks<Result>(path: string, work: () => Promise<Result>): Promise<[Result, Peaks]> {
  const peaks = { residentBytes: 0, logBytes: 0, folderBytes: 0 };
  const look = async () => {
    peaks.residentBytes = Math.max(peaks.residentBytes, process.memoryUsage.rss());
    peaks.logBytes = Math.max(peaks.logBytes, await bytesOf(`${path}.wal`));
    peaks.folderBytes = Math.max(peaks.folderBytes, await bytesBelow(dirname(path)));
  };
  const timer = setInterval(() => void look(), LOOK_EVERY_MS);
  try {
    const result = await work();
    await look();
    return [result, peaks];
  } finally {
    clearInterval(timer);
  }
}

async function bytesBelow(folder: string): Promise<number> {
  const names = await readdir(folder, { recursive: true }).catch(() => []);
  const sizes = await Promise.all(names.map((name) => bytesOf(join(folder, name))));
  return sizes.reduce((sum, bytes) => sum + bytes, 0);
}

async function bytesOf(path: string): Promise<number> {
  const found = await stat(path).catch(() => undefined);
  return found?.isFile() ? found.size : 0;
}
