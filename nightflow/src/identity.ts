import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { hashPassword } from "@nightflow/domain/passwords";
import { ensureSecret, secretsFolder } from "./config/secrets.ts";

/** User name under which `nightflow import` sends; every head-end has it. */
export const IMPORT_IDENTITY = "import";

/** Name, among the identities' files, of the secret that signs tokens. */
export const TOKEN_SECRET = "token";

/** The files of an identity's password and of its hash; made when they are not there. */
export async function makeIdentity(
  dataDir: string,
  name: string,
): Promise<{ readonly passwordFile: string; readonly hashFile: string }> {
  mkdirSync(secretsFolder(dataDir), { recursive: true, mode: 0o700 });
  const password = ensureSecret(dataDir, `mqtt-${name}`);
  const passwordFile = join(secretsFolder(dataDir), `mqtt-${name}`);
  const hashFile = `${passwordFile}.hash`;
  writeFileSync(hashFile, `${await hashPassword(password)}\n`, { mode: 0o600 });
  return { passwordFile, hashFile };
}
