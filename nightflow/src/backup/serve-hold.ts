import { randomBytes, timingSafeEqual } from "node:crypto";
import { rmSync } from "node:fs";
import { rename, writeFile } from "node:fs/promises";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { describeError, NightflowError } from "@nightflow/domain";
import type { DuckDbReadingStore, ReadingStore } from "@nightflow/storage";
import type { Logger } from "pino";
import { HoldLines, HoldLostError } from "./hold-lines.ts";
import { FromCopier, type FromOwner, type HoldAddress, holdFile } from "./hold-wire.ts";

/** A copier that neither ends nor goes on would keep the log growing. */
const LONGEST_HOLD_MS = 2 * 3_600_000;

/** What holds the store still for backups, until it is closed. */
export interface HoldServer {
  close(): void;
}

/** Whether the store is a file that has to be held still to be copied. */
export function isStoreFile(store: ReadingStore): store is DuckDbReadingStore {
  return "whileHeld" in store;
}

/**
 * Lets `nightflow backup`, another process of the same user, hold the store file still while it copies it. It finds the
 * way in `store-hold.json` of the data folder.
 */
export async function serveHold(store: DuckDbReadingStore, dataDir: string, logger: Logger): Promise<HoldServer> {
  const token = randomBytes(32).toString("base64url");
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
    void holdFor(socket, store, token, logger);
  });
  await new Promise<void>((listening, failed) => {
    server.once("error", failed);
    server.listen(0, "127.0.0.1", listening);
  });
  server.unref();
  const file = holdFile(dataDir);
  await writeAddress(file, { port: (server.address() as AddressInfo).port, token });
  return {
    close() {
      rmSync(file, { force: true });
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

async function writeAddress(file: string, address: HoldAddress): Promise<void> {
  await writeFile(`${file}.new`, JSON.stringify(address), { mode: 0o600 });
  await rename(`${file}.new`, file);
}

async function holdFor(socket: Socket, store: DuckDbReadingStore, token: string, logger: Logger): Promise<void> {
  const lines = new HoldLines(socket);
  const say = (message: FromOwner) => lines.say(message);
  const deadline = setTimeout(() => socket.destroy(), LONGEST_HOLD_MS).unref();
  try {
    const asked = await lines.hear(FromCopier);
    if (asked.type !== "hold" || !isSame(asked.token, token)) return;
    const installation = await store.installation(asked.installation);
    await store.whileHeld(async (held) => {
      logger.info("the store is held for a backup: upkeep and checkpoints wait");
      say({ type: "held", installation });
      await lines.hear(FromCopier);
      const { isUntouched, ...still } = await held.still();
      say({ type: "still", ...still });
      await lines.hear(FromCopier);
      say({ type: "done", isUntouched: await isUntouched() });
    });
    logger.info("the store is let go of after a backup");
  } catch (error) {
    if (error instanceof HoldLostError) return logger.warn("a backup has gone away before its end");
    logger.error({ reason: describeError(error) }, "the store could not be held for a backup");
    say({ type: "failed", message: describeError(error), ...remedyOf(error) });
  } finally {
    clearTimeout(deadline);
    lines.end();
  }
}

function remedyOf(error: unknown): { remedy?: string } {
  return error instanceof NightflowError && error.remedy !== undefined ? { remedy: error.remedy } : {};
}

function isSame(given: string, token: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(token)];
  return a.length === b.length && timingSafeEqual(a, b);
}
