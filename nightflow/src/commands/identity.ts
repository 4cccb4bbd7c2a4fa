import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isId } from "@nightflow/domain";
import { hashPassword } from "@nightflow/domain/passwords";
import { loadConfig, resolvePath } from "../config/load.ts";
import { ensureSecret, secretsFolder } from "../config/secrets.ts";
import { UsageError } from "./failure.ts";

/** `nightflow identity NAME`: makes a password file for the agent and a hash file for the broker. */
export async function runIdentity(
  name: string,
  options: { readonly role: string; readonly config?: string },
): Promise<void> {
  if (!isId(name)) throw new UsageError(`"${name}" is not an id: 1 to 64 characters of A-Z a-z 0-9 _ . : -`);
  const loaded = loadConfig(options.config);
  const { hashFile, passwordFile } = await makeIdentity(resolvePath(loaded, loaded.config.dataDir), name);
  const site = options.role === "agent" ? `, site: ${loaded.config.site}` : "";
  process.stdout.write(
    `Its password is in ${passwordFile}\nAdd to nightflow.yaml and start nightflow up again:\nbroker:\n  identities:\n    - { name: ${name}, role: ${options.role}${site}, passwordFile: ${hashFile} }\n`,
  );
}

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
