import { isId } from "@nightflow/domain";
import { dataDirOf, type LoadedConfig, loadConfig } from "../config/load.ts";
import { IMPORT_IDENTITY, makeIdentity, TOKEN_SECRET } from "../identity.ts";
import { UsageError } from "./failure.ts";

/** `nightflow identity NAME`: makes a password file for whoever signs in and a hash file for the broker, and prints what to write where. */
export async function runIdentity(
  name: string,
  options: { readonly role: string; readonly config?: string },
): Promise<void> {
  if (!isId(name)) throw new UsageError(`"${name}" is not an id: 1 to 64 characters of A-Z a-z 0-9 _ . : -`);
  refuseReserved(name);
  const loaded = loadConfig(options.config);
  const files = await makeIdentity(dataDirOf(loaded), name);
  process.stdout.write(headEndLines(loaded, name, options.role, files.hashFile));
  process.stdout.write(usersLines(loaded, name, options.role, files.passwordFile));
}

// The folder of the secrets has other files too, which are nobody's password.
function refuseReserved(name: string): void {
  const reason =
    name === IMPORT_IDENTITY
      ? "is the identity of nightflow import; every head-end has it"
      : name === TOKEN_SECRET
        ? "names the secret that signs tokens"
        : name.endsWith(".hash")
          ? "names the file of a hash"
          : undefined;
  if (reason !== undefined) throw new UsageError(`"${name}" ${reason}`, { remedy: "choose another name" });
}

function usersLines(loaded: LoadedConfig, name: string, role: string, passwordFile: string): string {
  if (role === "agent") return agentLines(loaded, name, passwordFile);
  const secret = `Its password is in ${passwordFile}\n`;
  if (role !== "device") return secret;
  const { site } = loaded.config;
  return `${secret}It publishes on dev/v1/${site}/${name}/readings, QoS 1, in the form of docs/devices.md\n`;
}

function headEndLines({ config, path }: LoadedConfig, name: string, role: string, hashFile: string): string {
  const isKnown = config.broker.identities.some((one) => (one.name as string) === name);
  if (isKnown) return `${path} has ${name} already.\n\n`;
  const site = role === "agent" || role === "device" ? `, site: ${config.site}` : "";
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
