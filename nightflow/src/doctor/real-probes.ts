import { accessSync, constants, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { open, statfs } from "node:fs/promises";
import { connect as connectTcp, createServer, type Socket } from "node:net";
import { totalmem, userInfo } from "node:os";
import { join } from "node:path";
import { connect as connectTls } from "node:tls";
import { inspectStoreFile, loadMigrations, openDatabase, type Sql } from "@nightflow/storage";
import type { Logger } from "pino";
import { within } from "../operate/within.ts";
import type { FileRights, HttpAnswer, Probes } from "./probes.ts";

const PATIENCE_MS = 5000;
const SYNCS = 5;

/** The real world. `logger` hears what the database's connections say. */
export function realProbes(logger: Logger): Probes {
  return {
    portState,
    connects: (host, port) =>
      within(
        PATIENCE_MS,
        connected(
          () => connectTcp({ host, port }),
          (socket) => void socket.end(),
        ),
      ),
    http,
    redis: (url, commands) => within(PATIENCE_MS, askRedis(new URL(url), commands)),
    withSql: (url, work) => withSql(url, logger, work),
    knownMigrations: async () => (await loadMigrations()).length,
    storeFormat: inspectStoreFile,
    rights: rightsOf,
    list: (folder) => {
      try {
        return readdirSync(folder);
      } catch {
        return [];
      }
    },
    read: (path) => readFileSync(path, "utf8"),
    mayWrite,
    async fileSystem(folder) {
      const { type, bavail, bsize, files, ffree } = await statfs(folder);
      return { kind: type, freeBytes: bavail * bsize, inodes: files, inodesFree: ffree };
    },
    syncMs,
    nowMs: Date.now,
    nodeVersion: () => process.versions.node,
    userId: () => process.getuid?.() ?? -1,
    userName: () => userInfo().username,
    memoryBytes: () => Math.min(totalmem(), process.constrainedMemory() || Number.POSITIVE_INFINITY),
    openFiles,
  };
}

function portState(host: string, port: number): Promise<string> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", (error: NodeJS.ErrnoException) =>
      resolve(error.code === "EADDRINUSE" ? "busy" : (error.code ?? error.message)),
    );
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve("free")));
  });
}

/** Gives what `use` makes of a connection once it stands. */
function connected<Result>(open: () => Socket, use: (socket: Socket) => Result | Promise<Result>): Promise<Result> {
  return new Promise((resolve, reject) => {
    const socket = open();
    socket.once("error", reject);
    const event = "encrypted" in socket ? "secureConnect" : "connect";
    socket.once(event, () => {
      Promise.resolve(use(socket))
        .then(resolve, reject)
        .finally(() => socket.destroy());
    });
  });
}

async function http(
  url: string,
  options: { method?: string; headers?: Readonly<Record<string, string>>; body?: string } = {},
): Promise<HttpAnswer> {
  const response = await fetch(url, { ...options, signal: AbortSignal.timeout(PATIENCE_MS) });
  return { status: response.status, headers: Object.fromEntries(response.headers), body: await response.text() };
}

/** Speaks just enough RESP: sends the commands and gives each answer as text. @see https://redis.io/docs/reference/protocol-spec */
function askRedis(url: URL, commands: readonly (readonly string[])[]): Promise<string[]> {
  const host = url.hostname;
  const port = Number(url.port || 6379);
  const password = decodeURIComponent(url.password);
  const user = decodeURIComponent(url.username) || "default";
  const all = password === "" ? commands : [["AUTH", user, password], ...commands];
  const dial = () =>
    url.protocol === "rediss:" ? connectTls({ host, port, servername: host }) : connectTcp({ host, port });
  return connected(dial, async (socket) => {
    const answers: string[] = [];
    for (const command of all) answers.push(await answerTo(socket, command));
    return password === "" ? answers : answers.slice(1);
  });
}

async function answerTo(socket: Socket, words: readonly string[]): Promise<string> {
  socket.write(`*${words.length}\r\n${words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join("")}`);
  let text = "";
  while (!isWhole(text)) {
    const [chunk] = (await new Promise<[Buffer]>((resolve, reject) => {
      socket.once("data", (bytes: Buffer) => resolve([bytes]));
      socket.once("close", () => reject(new Error("the connection was closed")));
    })) as [Buffer];
    text += chunk.toString("utf8");
  }
  if (text.startsWith("-")) throw new Error(text.slice(1).trim());
  return text.replaceAll(/^[*$:+].*\r\n/gm, "").replaceAll("\r\n", "\n");
}

/** Whether a whole answer is there: a line, a text of the length said, or a list of such texts. */
function isWhole(text: string): boolean {
  if (!text.includes("\r\n")) return false;
  const kind = text[0];
  if (kind === "$") return isTextWhole(text, 0) !== undefined;
  if (kind !== "*") return true;
  let at: number | undefined = text.indexOf("\r\n") + 2;
  for (let left = Number(text.slice(1, at - 2)); left > 0 && at !== undefined; left--) at = isTextWhole(text, at);
  return at !== undefined;
}

function isTextWhole(text: string, from: number): number | undefined {
  const end = text.indexOf("\r\n", from);
  if (end < 0) return undefined;
  const to = end + 2 + Number(text.slice(from + 1, end)) + 2;
  return Buffer.byteLength(text) >= to ? to : undefined;
}

async function withSql<Result>(url: string, logger: Logger, work: (sql: Sql) => Promise<Result>): Promise<Result> {
  const db = openDatabase({ url, logger, maxConnections: 1, applicationName: "nightflow doctor" });
  try {
    return await within(PATIENCE_MS, work(db));
  } finally {
    await within(PATIENCE_MS, db.close()).catch(() => undefined);
  }
}

function rightsOf(path: string): FileRights | undefined {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats && { mode: stats.mode & 0o7777, isFolder: stats.isDirectory(), bytes: stats.size };
}

function mayWrite(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK | constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

async function syncMs(folder: string): Promise<number> {
  const place = mkdtempSync(join(folder, ".doctor-"));
  try {
    const file = await open(join(place, "sync"), "w");
    const took: number[] = [];
    for (let turn = 0; turn < SYNCS; turn++) {
      const from = performance.now();
      await file.write(Buffer.alloc(4096, turn));
      await file.sync();
      took.push(performance.now() - from);
    }
    await file.close();
    return took.sort((one, other) => one - other)[Math.floor(SYNCS / 2)] ?? 0;
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
}

function openFiles(): number {
  try {
    const limit = /^Max open files\s+(\S+)/m.exec(readFileSync("/proc/self/limits", "utf8"))?.[1];
    return Number(limit ?? "Infinity") || Number.POSITIVE_INFINITY;
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}
