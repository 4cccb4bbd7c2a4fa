import { join } from "node:path";
import { resolvePath } from "../../config/load.ts";
import { secretsFolder } from "../../config/secrets.ts";
import { type Finding, found } from "../finding.ts";
import type { Patient } from "../patient.ts";

const OTHERS = 0o077;
// A group may be meant: one that takes backups.
const EVERYBODY_READS = 0o004;

/** May the data folder be written, are secrets read by their owner alone, and who runs this? */
export async function checkRights(patient: Patient): Promise<Finding[]> {
  const { probes, dataDir } = patient;
  const findings: Finding[] = [];
  if (probes.rights(dataDir) !== undefined)
    findings.push(
      probes.mayWrite(dataDir)
        ? found("ok", "rights.folder")
        : found("fail", "rights.folder-denied", { folder: dataDir, user: probes.userName() }),
    );
  findings.push(...openData(patient), ...secrets(patient));
  if (probes.userId() === 0) findings.push(found("warn", "rights.root"));
  return findings;
}

/** Files that hold what people use, and that anybody on the machine could read: an older Nightflow made them so. */
function openData({ probes, dataDir }: Patient): Finding[] {
  const isOpen = ["readings.duckdb", "readings.duckdb.wal"].some(
    (name) => ((probes.rights(join(dataDir, name))?.mode ?? 0) & EVERYBODY_READS) !== 0,
  );
  return isOpen ? [found("warn", "rights.data-open", { folder: dataDir })] : [];
}

function secrets(patient: Patient): Finding[] {
  const { probes } = patient;
  const findings: Finding[] = [];
  let good = 0;
  for (const { file, key } of [...namedSecrets(patient), ...ownSecrets(patient)]) {
    const rights = probes.rights(file);
    if (rights === undefined) findings.push(found("fail", "rights.secret-missing", { file, key }));
    else if ((rights.mode & OTHERS) !== 0)
      findings.push(found("fail", "rights.secret-open", { file, mode: (rights.mode & 0o777).toString(8) }));
    else good++;
  }
  return good > 0 ? [found("ok", "rights.secret", { count: good }), ...findings] : findings;
}

interface SecretFile {
  readonly key: string;
  readonly file: string;
}

/** The secrets that the configuration names. */
function namedSecrets({ loaded }: Patient): SecretFile[] {
  const { influxdb, broker, mqtt } = loaded.config;
  const named: readonly (readonly [string, string | undefined])[] = [
    ["influxdb.tokenFile", influxdb?.tokenFile],
    ["influxdb.readTokenFile", influxdb?.readTokenFile],
    ["broker.tokenSecretFile", broker.tokenSecretFile],
    ["broker.tls.keyFile", broker.tls?.keyFile],
    ["mqtt.passwordFile", mqtt?.passwordFile],
    ["mqtt.keyFile", mqtt?.keyFile],
    ...broker.identities.map(({ name, passwordFile }) => [`broker.identities ${name}`, passwordFile] as const),
  ];
  return named.flatMap(([key, file]) => (file === undefined ? [] : [{ key, file: resolvePath(loaded, file) }]));
}

/** Those that Nightflow makes by itself, in its data folder. */
function ownSecrets({ probes, dataDir }: Patient): SecretFile[] {
  const within = (folder: string, isSecret: (name: string) => boolean) =>
    probes
      .list(folder)
      .filter(isSecret)
      .map((name) => ({ key: folder, file: join(folder, name) }));
  const url = join(dataDir, "postgres", "url");
  return [
    ...within(secretsFolder(dataDir), () => true),
    ...within(
      join(dataDir, "pki"),
      (name) => /key|secret|\.pem$/i.test(name) && !/cert|\.crt|ca\.pem|root\.pem/i.test(name),
    ),
    ...(probes.rights(url) === undefined ? [] : [{ key: "postgres", file: url }]),
  ];
}
