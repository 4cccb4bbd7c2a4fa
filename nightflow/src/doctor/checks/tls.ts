import { createPrivateKey, X509Certificate } from "node:crypto";
import { isIP } from "node:net";
import { describeError } from "@nightflow/domain";
import { isPasswordHash } from "@nightflow/domain/passwords";
import { resolvePath } from "../../config/load.ts";
import { type Finding, found } from "../finding.ts";
import type { Patient } from "../patient.ts";

const DAY_MS = 86_400_000;
const SOON_DAYS = 30;
const LOOPBACK = /^(127\.|::1$|localhost$)/;

/** Are the listener's certificate, its key, its chain and its names in order? */
export async function checkTls(patient: Patient): Promise<Finding[]> {
  const { broker } = patient.loaded.config;
  const { tls } = broker;
  const outside = LOOPBACK.test(broker.host) ? [] : [found("warn", "tls.plain-outside", { host: broker.host })];
  if (tls === undefined) return outside.length > 0 ? outside : [found("ok", "tls.none")];
  const { certFile, keyFile, serverNames } = tls;
  // Without a file the platform's own authority makes the certificate and renews it by itself.
  if (certFile === undefined || keyFile === undefined) return outside;
  try {
    return [...outside, ...certificate(patient, certFile, keyFile, serverNames)];
  } catch (error) {
    return [...outside, found("fail", "tls.unreadable", { reason: describeError(error) })];
  }
}

function certificate(
  { loaded, probes }: Patient,
  certFile: string,
  keyFile: string,
  names: readonly string[],
): Finding[] {
  const chain = pemsIn(probes.read(resolvePath(loaded, certFile))).map((pem) => new X509Certificate(pem));
  const [own] = chain;
  if (own === undefined) return [found("fail", "tls.unreadable", { reason: `${certFile} holds no certificate` })];
  const file = certFile;
  const key = createPrivateKey(probes.read(resolvePath(loaded, keyFile)));
  const missing = missingIssuer(chain);
  const unnamed = names.filter((name) => (isIP(name) > 0 ? own.checkIP(name) : own.checkHost(name)) === undefined);
  return [
    expiry(own, file, probes.nowMs()),
    ...(own.checkPrivateKey(key) ? [] : [found("fail", "tls.key-mismatch", { file, key: keyFile })]),
    ...(missing === undefined ? [] : [found("warn", "tls.chain", { file, issuer: missing })]),
    ...unnamed.map((name) => found("fail", "tls.name", { file, name })),
  ];
}

function expiry(own: X509Certificate, file: string, nowMs: number): Finding {
  const until = own.validToDate.toISOString().slice(0, 10);
  const leftMs = own.validToDate.getTime() - nowMs;
  if (leftMs <= 0) return found("fail", "tls.expired", { file, until });
  if (leftMs < SOON_DAYS * DAY_MS) return found("warn", "tls.expires", { file, until });
  return found("ok", "tls.certificate", { file, until, names: own.subjectAltName ?? own.subject });
}

/** The issuer that should stand next in the file; undefined when each is issued by the next, and the last by a root. */
function missingIssuer(chain: readonly X509Certificate[]): string | undefined {
  const at = chain.findIndex((one, no) => {
    const next = chain[no + 1];
    return next !== undefined && !one.checkIssued(next);
  });
  return at < 0 ? undefined : chain[at]?.issuer.replaceAll("\n", ", ");
}

function pemsIn(text: string): string[] {
  return text.match(/-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g) ?? [];
}

/** Has every MQTT identity a password that can be checked? */
export async function checkIdentities({ loaded, probes }: Patient): Promise<Finding[]> {
  const { identities } = loaded.config.broker;
  const bad = identities.flatMap(({ name, passwordFile }) => {
    if (passwordFile === undefined) return [];
    const file = resolvePath(loaded, passwordFile);
    // One that is missing is found with the other secrets.
    if (probes.rights(file) === undefined || isPasswordHash(probes.read(file).trim())) return [];
    return [found("fail", "broker.no-password", { name, file: passwordFile })];
  });
  return bad.length > 0 ? bad : [found("ok", "broker.identities", { count: identities.length })];
}
