import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { readFile } from "node:fs/promises";
import { ConfigError, describeError } from "@nightflow/domain";
import { isPasswordHash, verifyPassword } from "@nightflow/domain/passwords";
import type { IdentityConfig } from "./config-identities.ts";
import { OneAtATime } from "./one-at-a-time.ts";
import type { Identity } from "./rights.ts";

/** What a client shows at CONNECT. */
export interface Credentials {
  readonly username: string;
  readonly password: Uint8Array;
}

/** Gives the identity behind credentials; undefined when they are wrong. Rejects when that cannot be told now. */
export type Authenticate = (credentials: Credentials) => Promise<Identity | undefined>;

interface KnownIdentity {
  readonly identity: Identity;
  readonly hash: string;
}

// An unknown name costs as much time as a wrong password, so that names cannot be found by the clock.
const NOBODY = "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5IGlzIGhlcmUh$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/**
 * Checks credentials against the identities of the configuration.
 *
 * @throws {ConfigError} with every password file that cannot be read or holds no hash.
 */
export async function authenticatorFor(identities: readonly IdentityConfig[]): Promise<Authenticate> {
  const known = await readIdentities(identities);
  const proofs = new ProofCache();
  // argon2 runs on the pool that files use too: a flood of wrong passwords may hold one of its threads, not all four.
  const queue = new OneAtATime();
  return async ({ username, password }) => {
    const found = known.get(username);
    if (found !== undefined && proofs.has(username, password)) return found.identity;
    const isRight = await queue.run(() => verifyPassword(password, found?.hash ?? NOBODY));
    if (found === undefined || !isRight) return undefined;
    proofs.add(username, password);
    return found.identity;
  };
}

async function readIdentities(identities: readonly IdentityConfig[]): Promise<Map<string, KnownIdentity>> {
  const faults: string[] = [];
  const known = new Map<string, KnownIdentity>();
  for (const config of identities) {
    const hash = config.passwordHash ?? (await readHash(config, faults));
    const { name, role, site, topics, sparkplug } = config;
    known.set(name, { identity: { name, role, site, topics, sparkplug }, hash });
  }
  if (faults.length > 0) throw new ConfigError("broker.identities", faults);
  return known;
}

async function readHash({ name, passwordFile = "" }: IdentityConfig, faults: string[]): Promise<string> {
  try {
    const hash = (await readFile(passwordFile, "utf8")).trim();
    if (!isPasswordHash(hash)) faults.push(`${name}: ${passwordFile} holds no argon2id hash`);
    return hash;
  } catch (error) {
    faults.push(`${name}: ${describeError(error)}`);
    return "";
  }
}

/**
 * Remembers by a keyed digest which password was right, so that a fleet that reconnects all at once costs argon2 once
 * for each agent. The key dies with the process.
 */
class ProofCache {
  readonly #key = randomBytes(32);
  readonly #proofs = new Map<string, Buffer>();

  has(username: string, password: Uint8Array): boolean {
    const proof = this.#proofs.get(username);
    return proof !== undefined && timingSafeEqual(proof, this.#digest(password));
  }

  add(username: string, password: Uint8Array): void {
    this.#proofs.set(username, this.#digest(password));
  }

  #digest(password: Uint8Array): Buffer {
    return createHmac("sha256", this.#key).update(password).digest();
  }
}
