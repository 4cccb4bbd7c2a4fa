import { argon2, randomBytes, timingSafeEqual } from "node:crypto";
import { promisify } from "node:util";
import { NightflowError } from "./errors.ts";

/** What a hash costs. Memory in KiB, as argon2id counts it. */
export interface PasswordCost {
  readonly memoryKiB: number;
  readonly passes: number;
  readonly parallelism: number;
}

/**
 * About 25 ms of one core.
 * @see OWASP Password Storage Cheat Sheet, argon2id with 19 MiB and two passes
 */
export const DEFAULT_PASSWORD_COST: PasswordCost = { memoryKiB: 19_456, passes: 2, parallelism: 1 };

/** As cheap as argon2id allows; for tests, never for a password that guards something. */
export const TEST_PASSWORD_COST: PasswordCost = { memoryKiB: 8, passes: 1, parallelism: 1 };

/** A stored password hash is not one that this program can check. */
export class PasswordHashError extends NightflowError {
  readonly code = "PASSWORD_HASH_INVALID";
  readonly retriable = false;
}

interface ParsedHash extends PasswordCost {
  readonly salt: Buffer;
  readonly key: Buffer;
}

const SALT_BYTES = 16;
const KEY_BYTES = 32;
const PHC = /^\$argon2id\$v=19\$m=(\d{1,8}),t=(\d{1,4}),p=(\d{1,3})\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/;
// A hash from a file decides what a check costs, so it may not ask for more than this.
const MOST: PasswordCost = { memoryKiB: 1_048_576, passes: 64, parallelism: 64 };

const argon2Async = promisify(argon2);

/**
 * The hash of a password, salted anew at each call: `$argon2id$v=19$m=…,t=…,p=…$salt$hash`.
 * @see https://github.com/P-H-C/phc-string-format
 */
export async function hashPassword(password: string, cost: PasswordCost = DEFAULT_PASSWORD_COST): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const key = await derive(password, { ...cost, salt, key: Buffer.alloc(KEY_BYTES) });
  const { memoryKiB, passes, parallelism } = cost;
  return `$argon2id$v=19$m=${memoryKiB},t=${passes},p=${parallelism}$${unpadded(salt)}$${unpadded(key)}`;
}

/**
 * Whether `password` is the one that `hash` was made of; compared in constant time.
 *
 * @throws {PasswordHashError} when `hash` is not an argon2id string.
 */
export async function verifyPassword(password: string | Uint8Array, hash: string): Promise<boolean> {
  const parsed = parseHash(hash);
  return timingSafeEqual(await derive(password, parsed), parsed.key);
}

/** Whether `hash` has the form that `verifyPassword` can check. */
export function isPasswordHash(hash: string): boolean {
  const match = PHC.exec(hash);
  if (match === null) return false;
  const [memoryKiB, passes, parallelism] = [Number(match[1]), Number(match[2]), Number(match[3])];
  const isPayable = memoryKiB <= MOST.memoryKiB && passes <= MOST.passes && parallelism <= MOST.parallelism;
  const isPossible = passes >= 1 && parallelism >= 1 && memoryKiB >= 8 * parallelism;
  return isPayable && isPossible && byteLength(match[4]) >= 8 && byteLength(match[5]) >= 16;
}

function parseHash(hash: string): ParsedHash {
  const match = isPasswordHash(hash) ? PHC.exec(hash) : null;
  if (match === null)
    throw new PasswordHashError("not an argon2id hash of the form $argon2id$v=19$m=…,t=…,p=…$salt$hash");
  return {
    memoryKiB: Number(match[1]),
    passes: Number(match[2]),
    parallelism: Number(match[3]),
    salt: Buffer.from(match[4] ?? "", "base64"),
    key: Buffer.from(match[5] ?? "", "base64"),
  };
}

function derive(password: string | Uint8Array, { memoryKiB, passes, parallelism, salt, key }: ParsedHash) {
  return argon2Async("argon2id", {
    message: password,
    nonce: salt,
    parallelism,
    tagLength: key.length,
    memory: memoryKiB,
    passes,
  });
}

function unpadded(bytes: Buffer): string {
  return bytes.toString("base64").replace(/=+$/, "");
}

function byteLength(base64: string | undefined): number {
  return Buffer.from(base64 ?? "", "base64").length;
}
