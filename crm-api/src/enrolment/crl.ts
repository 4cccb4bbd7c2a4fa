import { randomUUID } from "node:crypto";
import { open, rename } from "node:fs/promises";
import { describeError } from "@nightflow/domain";
import type { Database } from "@nightflow/storage";
import type { Logger } from "pino";
import { epochMs } from "../sql/filter.ts";
import type { EnrolmentDesk } from "./desk.ts";

// Much longer than the time between two lists, so that a broker does not lock everybody out over a weekend's outage.
const LIST_DAYS = 30;
const HOUR_MS = 3_600_000;

/** The list of certificates that were revoked and have not expired, PEM; other brokers look certificates up in it. */
export async function revocationList(db: Database, { signer }: EnrolmentDesk): Promise<string> {
  const { rows } = await db.query<{ serial: string; at: number }>(
    `select serial, ${epochMs("revoked_at")} as at from agent_certificate
      where revoked_at is not null and expires_at > now() order by serial`,
  );
  return await signer.revocationList(rows, LIST_DAYS);
}

/** Keeps a file with the list as new as the database. */
export interface RevocationFile {
  /** Writes it again; resolves when it is there. */
  refresh(): Promise<void>;
  stop(): void;
}

/** Writes the list into a file now, every hour, and whenever it is told to; a failure is logged and tried again. */
export function keepRevocationFile(db: Database, desk: EnrolmentDesk, logger: Logger): RevocationFile {
  const path = desk.config.crlFile;
  if (path === undefined) return { refresh: async () => {}, stop: () => {} };
  const refresh = async () => {
    try {
      await replaceFile(path, await revocationList(db, desk));
    } catch (error) {
      logger.error({ path, reason: describeError(error) }, "the list of revoked certificates could not be written");
    }
  };
  const timer = setInterval(() => void refresh(), HOUR_MS).unref();
  void refresh();
  return { refresh, stop: () => clearInterval(timer) };
}

// Not secret, and read by the other broker's user.
async function replaceFile(path: string, text: string): Promise<void> {
  const draft = `${path}.${randomUUID()}.new`;
  const file = await open(draft, "wx");
  try {
    // Said outright: the umask of a service leaves others nothing.
    await file.chmod(0o644);
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(draft, path);
}
