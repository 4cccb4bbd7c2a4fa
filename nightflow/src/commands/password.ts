import { randomInt } from "node:crypto";
import { hashPassword } from "@nightflow/domain/passwords";
import { appendAudit, type Database, setPasswordHash } from "@nightflow/storage";
import { loadConfig } from "../config/load.ts";
import { makeLogger } from "../config/log.ts";
import { withDatabase } from "../database-place.ts";
import { UsageError } from "./failure.ts";

/** `nightflow password LOGIN`: gives a user a new password, made at random, and prints it once. */
export async function runPassword(login: string, options: { readonly config?: string }): Promise<void> {
  const password = readablePassword();
  await withDatabase(loadConfig(options.config), makeLogger("warn", "password", { fd: 2 }), (db) =>
    givePassword(db, login, password),
  );
  process.stdout.write(`The new password of ${login}: ${password}\nWhoever was signed in as ${login} is signed out.\n`);
}

/** Sets it and ends the user's sessions, with an entry in the audit trail. @throws {UsageError} when nobody has that login. */
export async function givePassword(db: Database, login: string, password: string): Promise<void> {
  const hash = await hashPassword(password);
  const isKnown = await db.transaction(async (tx) => {
    if (!(await setPasswordHash(tx, login, hash))) return false;
    const actor = { actorId: null, actor: "nightflow password" };
    await appendAudit(tx, { at: Date.now(), ...actor, action: "user.password", subjectKind: "user", subject: login });
    return true;
  });
  if (isKnown) return;
  const { rows } = await db.query<{ login: string }>("select login from app_user order by login limit 50");
  throw new UsageError(`there is no user ${login}`, {
    remedy:
      rows.length === 0
        ? "import users.csv first, or make the first administrator with the link that nightflow up prints"
        : `there are ${rows.map((row) => row.login).join(", ")}`,
  });
}

// Without letters and digits that are taken for one another: people type this from a terminal.
const ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789";

/** A random password of 59 bits that is easy to type: `k7mw-p3xd-h9qa`. */
export function readablePassword(): string {
  const group = () => Array.from({ length: 4 }, () => ALPHABET[randomInt(ALPHABET.length)]).join("");
  return [group(), group(), group()].join("-");
}
