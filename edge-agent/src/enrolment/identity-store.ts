import { readFileSync } from "node:fs";
import { chown, mkdir, open, readFile, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
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

/** The platform that a gateway was joined to by hand, for an agent whose configuration names none. */
export const JoinedPlatform = z.strictObject({ v: z.literal(1), url: z.string(), caFingerprint: z.string() });
export type JoinedPlatform = z.infer<typeof JoinedPlatform>;

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
  const save = (path: string, value: unknown) => saveIn(folder, path, value);
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

async function saveIn(folder: string, path: string, value: unknown): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await giveToOwner(folder, dirname(folder));
  await writeDurably(folder, path, JSON.stringify(value));
}

const platformPath = (folder: string) => join(folder, "platform.json");

/** Keeps where the agent was joined by hand, so that it can renew there. */
export function keepJoinedPlatform(folder: string, platform: JoinedPlatform): Promise<void> {
  return saveIn(folder, platformPath(folder), platform);
}

/** The platform that joining by hand has kept; undefined where nobody did. @throws {IdentityError} when it is damaged. */
export function joinedPlatform(folder: string): JoinedPlatform | undefined {
  const path = platformPath(folder);
  try {
    return asKept(path, readFileSync(path, "utf8"), JoinedPlatform);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

async function readAs<Schema extends z.ZodType>(path: string, schema: Schema): Promise<z.infer<Schema> | undefined> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
  return asKept(path, text, schema);
}

function asKept<Schema extends z.ZodType>(path: string, text: string, schema: Schema): z.infer<Schema> {
  try {
    return schema.parse(JSON.parse(text));
  } catch (cause) {
    throw new IdentityError(`${path} is damaged: ${describeError(cause).slice(0, 200)}`, {
      cause,
      remedy: "put it aside and join again with a new token for this agent by name",
    });
  }
}

// Joining by hand is often done as root, and the agent runs as somebody else, who has to read and renew what it got.
async function giveToOwner(path: string, parent: string): Promise<void> {
  if (process.getuid?.() !== 0) return;
  const { uid, gid } = await stat(parent);
  await chown(path, uid, gid);
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
  await giveToOwner(draft, folder);
  await rename(draft, path);
  const directory = await open(folder);
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}
