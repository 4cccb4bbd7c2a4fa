import { readFile } from "node:fs/promises";
import { ConfigError, describeError } from "@nightflow/domain";
import type { BrokerDeps } from "./running-broker.ts";

const MIN_CHARS = 32;

/**
 * The secret that signs tokens: the configured file's, else what the program was given; undefined when there is none.
 *
 * @throws {ConfigError} when the file cannot be read or holds less than 32 characters.
 */
export async function tokenSecretOf({ config, tokenSecret }: BrokerDeps): Promise<string | undefined> {
  const { tokenSecretFile } = config;
  if (tokenSecretFile === undefined) return tokenSecret;
  const secret = await readFile(tokenSecretFile, "utf8").catch((error: unknown) => {
    throw new ConfigError("broker.tokenSecretFile", [describeError(error)], { cause: error });
  });
  if (secret.trim().length < MIN_CHARS)
    throw new ConfigError("broker.tokenSecretFile", [`${tokenSecretFile}: holds less than ${MIN_CHARS} characters`]);
  return secret.trim();
}
