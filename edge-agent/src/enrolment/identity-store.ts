import { mkdir, open, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { describeError } from "@nightflow/domain";
import { z } from "zod";
import { IdentityError } from "../errors.ts";

/** What an agent shows who it is with. */
export const Identity = z.strictObject({
  v: z.literal(1),
  /** PEM. */
  privateKey: z.string(),
  certificate: z.string(),
  root: z.string(),
  /** SHA-256 of the token that it was got with, so that the same one is not tried again once it has been revoked. */
  tokenHash: z.string().nullable(),
});
export type Identity = z.infer<typeof Identity>;

/** A request that was made and has no certificate yet. Written before it is sent: a crash repeats it, with the same key. */
export const PendingRequest = z.strictObject({
  v: z.literal(1),
  purpose: z.enum(["join", "renew"]),
  privateKey: z.string(),
  request: z.string(),
  /** Asks what became of it. */
  pollSecret: z.string(),
  requestId: z.string().nullable(),
});
export type PendingRequest = z.infer<typeof PendingRequest>;

/** Keeps an agent's key and certificate; each change is there as a whole or not at all. */
export interface IdentityStore {
  identity(): Promise<Identity | undefined>;
  pending(purpose: PendingRequest["purpose"]): Promise<PendingRequest | undefined>;
  savePending(pending: PendingRequest): Promise<void>;
  /** Keeps a certificate with its key, and forgets the requests. */
  saveIdentity(identity: Identity): Promise<void>;
  dropPending(purpose: PendingRequest["purpose"]): Promise<void>;
}

const SECRET_MODE = 0o600;

/** Where an agent keeps its identity. */
export function identityFolder(dataDir: string): string {
  return join(dataDir, "identity");
}

/** The identity in a folder that its owner alone can read. */
export function folderIdentityStore(folder: string): IdentityStore {
  const identityPath = join(folder, "identity.json");
  const pendingPath = (purpose: PendingRequest["purpose"]) => join(folder, `pending-${purpose}.json`);
  const save = async (path: string, value: unknown) => {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await writeDurably(folder, path, JSON.stringify(value));
  };
  const dropPending = (purpose: PendingRequest["purpose"]) => rm(pendingPath(purpose), { force: true });
  return {
    identity: () => readAs(identityPath, Identity),
    pending: (purpose) => readAs(pendingPath(purpose), PendingRequest),
    savePending: (pending) => save(pendingPath(pending.purpose), pending),
    async saveIdentity(identity) {
      await save(identityPath, identity);
      await Promise.all([dropPending("join"), dropPending("renew")]);
    },
    dropPending,
  };
}

async function readAs<Schema extends z.ZodType>(path: string, schema: Schema): Promise<z.infer<Schema> | undefined> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
  try {
    return schema.parse(JSON.parse(text));
  } catch (cause) {
    throw new IdentityError(`${path} is damaged: ${describeError(cause).slice(0, 200)}`, {
      cause,
      remedy: "put it aside and join again with a new token for this agent by name",
    });
  }
}

async function writeDurably(folder: string, path: string, text: string): Promise<void> {
  const draft = `${path}.${process.pid}.new`;
  await rm(draft, { force: true });
  const file = await open(draft, "wx", SECRET_MODE);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(draft, path);
  const directory = await open(folder);
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}
