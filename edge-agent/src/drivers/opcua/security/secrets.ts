import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { NightflowError, type OpcUaBus } from "@nightflow/domain";
import { crypto_utils, type UserIdentityInfo, UserTokenType } from "node-opcua-client";
import { pairOf } from "./own-certificate.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** A password or key that the configuration names is not on this gateway. */
export class OpcUaSecretError extends NightflowError {
  readonly code = "OPCUA_SECRET_MISSING";
  readonly retriable = true;
}

/**
 * Who the agent is for a server, with its password or key from this gateway. Read at each connection, so that a changed
 * password needs no restart.
 *
 * @throws {OpcUaSecretError} when it is not there.
 */
export function identityOf(
  identity: OpcUaBus["identity"],
  dataDir: string,
  env: Environment = process.env,
): UserIdentityInfo {
  if (identity.kind === "anonymous") return { type: UserTokenType.Anonymous };
  if (identity.kind === "user")
    return {
      type: UserTokenType.UserName,
      userName: identity.user,
      password: passwordOf(identity.secret, dataDir, env),
    };
  const path = join(dataDir, "secrets", `${identity.secret}.pem`);
  const pair = pairOf(textAt(path) ?? "");
  if (pair === undefined)
    throw new OpcUaSecretError(`${path} does not hold a certificate and its key`, {
      remedy: `put the user's certificate and private key, both as PEM, into ${path}`,
    });
  const keyOperations = crypto_utils.keyOperationsFromPrivateKey({ hidden: pair.privateKey });
  return { type: UserTokenType.Certificate, certificateData: new X509Certificate(pair.certificate).raw, keyOperations };
}

/** The variable that may hold a password instead of a file. */
export function passwordVariable(secret: string): string {
  return `NIGHTFLOW_OPCUA_PASSWORD_${secret.toUpperCase().replaceAll("-", "_")}`;
}

function passwordOf(secret: string, dataDir: string, env: Environment): string {
  const path = join(dataDir, "secrets", `${secret}.txt`);
  const found = env[passwordVariable(secret)] ?? textAt(path)?.replace(/\r?\n$/, "");
  if (found === undefined || found === "")
    throw new OpcUaSecretError(`there is no password ${secret} on this gateway`, {
      remedy: `put it into ${path}, readable for the agent alone, or into the variable ${passwordVariable(secret)}`,
    });
  return found;
}

function textAt(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
