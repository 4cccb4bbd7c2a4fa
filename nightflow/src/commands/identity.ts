import { isId } from "@nightflow/domain";
import { dataDirOf, type LoadedConfig, loadConfig } from "../config/load.ts";
import { IMPORT_IDENTITY, makeIdentity } from "../identity.ts";
import { UsageError } from "./failure.ts";

/** `nightflow identity NAME`: makes a password file for the agent and a hash file for the broker, and prints what to write where. */
export async function runIdentity(
  name: string,
  options: { readonly role: string; readonly config?: string },
): Promise<void> {
  if (!isId(name)) throw new UsageError(`"${name}" is not an id: 1 to 64 characters of A-Z a-z 0-9 _ . : -`);
  if (name === IMPORT_IDENTITY)
    throw new UsageError(`"${name}" is the identity of nightflow import; every head-end has it`, {
      remedy: "choose another name",
    });
  const loaded = loadConfig(options.config);
  const files = await makeIdentity(dataDirOf(loaded), name);
  const isAgent = options.role === "agent";
  process.stdout.write(headEndLines(loaded, name, options.role, files.hashFile));
  process.stdout.write(
    isAgent ? agentLines(loaded, name, files.passwordFile) : `Its password is in ${files.passwordFile}\n`,
  );
}

function headEndLines({ config, path }: LoadedConfig, name: string, role: string, hashFile: string): string {
  const isKnown = config.broker.identities.some((one) => (one.name as string) === name);
  if (isKnown) return `${path} has ${name} already.\n\n`;
  const site = role === "agent" ? `, site: ${config.site}` : "";
  return `Add to ${path ?? "nightflow.yaml"}, then stop nightflow up and start it again:

broker:
  identities:
    - { name: ${name}, role: ${role}${site}, passwordFile: ${hashFile} }

`;
}

function agentLines({ config }: LoadedConfig, name: string, passwordFile: string): string {
  return `The agent's own file, for example ${name}.yaml:

site: ${config.site}
agent: ${name}
dataDir: ./data/agents/${name} # its outbox
configFile: ./agent-config.json # the meters that it reads: docs/reference/agent-config.md
mqtt:
  url: mqtt://${config.broker.host}:${config.broker.port}
  username: ${name}
  passwordFile: ${passwordFile}
`;
}
