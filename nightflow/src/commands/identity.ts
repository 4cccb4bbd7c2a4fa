import { isId } from "@nightflow/domain";
import { loadConfig, resolvePath } from "../config/load.ts";
import { makeIdentity } from "../identity.ts";
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
