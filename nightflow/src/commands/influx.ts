import { randomBytes } from "node:crypto";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { ConfigError } from "@nightflow/domain";
import {
  firstSetUp,
  type KeptTokens,
  needsFirstSetUp,
  type ProvisionStep,
  provisionInflux,
  type TokenRight,
} from "@nightflow/storage";
import { dataDirOf, type LoadedConfig, loadConfig, resolvePath } from "../config/load.ts";
import { UsageError } from "./failure.ts";

const DAY_SECONDS = 86_400;

export interface InfluxSetupOptions {
  readonly config?: string;
  readonly dryRun?: boolean;
  readonly rotate?: boolean;
  readonly revokeReplaced?: boolean;
  readonly operatorTokenFile?: string;
}

/**
 * `nightflow influx setup`: makes the organisation, buckets, InfluxQL mappings and tokens that the configuration needs. Tokens
 * go to files that only the owner may read and are never printed. A second run changes nothing and says so.
 */
export async function runInfluxSetup(options: InfluxSetupOptions): Promise<void> {
  if (options.rotate && options.revokeReplaced)
    throw new UsageError(
      "--rotate and --revoke-replaced are two steps: restart Nightflow with the new tokens in between",
    );
  const loaded = loadConfig(options.config);
  const steps = await setUp(loaded, options);
  process.stdout.write(reportOf(steps, options));
}

async function setUp(loaded: LoadedConfig, options: InfluxSetupOptions): Promise<ProvisionStep[]> {
  const { influxdb } = loaded.config;
  if (influxdb === undefined)
    throw new ConfigError(loaded.path ?? "nightflow.yaml", ["influxdb: url, org and bucket are not given"]);
  const { url, org, bucket, rollUpBucket, retentionDays, rollUpRetentionDays } = influxdb;
  const folder = join(dataDirOf(loaded), "influxdb");
  const operatorFile = options.operatorTokenFile ?? join(folder, "operator-token");
  const buckets = [
    { name: bucket, retentionSeconds: retentionDays * DAY_SECONDS },
    ...(rollUpBucket === undefined
      ? []
      : [{ name: rollUpBucket, retentionSeconds: rollUpRetentionDays * DAY_SECONDS }]),
  ];
  const isFresh = await needsFirstSetUp(url);
  const first: ProvisionStep[] = isFresh
    ? [{ what: `first set-up of ${url}, operator's token in ${operatorFile}`, did: "made" }]
    : [];
  if (isFresh && options.dryRun)
    return [...first, ...buckets.map(({ name }) => ({ what: `bucket ${name}`, did: "made" as const }))];
  if (isFresh)
    await doFirstSetUp({ url, org, bucket, retentionSeconds: retentionDays * DAY_SECONDS }, folder, operatorFile);
  const change = options.rotate ? "rotate" : options.revokeReplaced ? "revoke" : undefined;
  const operatorToken = await operatorTokenOf(operatorFile);
  const tokens = tokenFiles(loaded, folder);
  const isDryRun = options.dryRun === true;
  return [...first, ...(await provisionInflux({ url, org, buckets, operatorToken, tokens, change, isDryRun }))];
}

async function doFirstSetUp(
  place: { readonly url: string; readonly org: string; readonly bucket: string; readonly retentionSeconds: number },
  folder: string,
  operatorFile: string,
): Promise<void> {
  const password = randomBytes(18).toString("base64url");
  const operatorToken = randomBytes(48).toString("base64url");
  // Written first: a token that the server knows and nobody else does would lock everybody out.
  await writeSecret(operatorFile, operatorToken);
  await writeSecret(join(folder, "operator-password"), password);
  await firstSetUp({ ...place, username: "operator", password, operatorToken });
}

async function operatorTokenOf(file: string): Promise<string> {
  const fromEnvironment = process.env.NIGHTFLOW_INFLUXDB_OPERATOR_TOKEN;
  if (fromEnvironment) return fromEnvironment;
  const token = await readSecret(file);
  if (token !== undefined) return token;
  throw new ConfigError("influxdb", [`there is no operator's token: ${file} does not exist`], {
    remedy: "give --operator-token-file or NIGHTFLOW_INFLUXDB_OPERATOR_TOKEN: a token that may make buckets and tokens",
  });
}

function tokenFiles(loaded: LoadedConfig, folder: string): KeptTokens {
  const { tokenFile, readTokenFile } = loaded.config.influxdb ?? {};
  const named = { write: tokenFile, read: readTokenFile };
  const placeOf = (right: TokenRight) => {
    const file = named[right];
    return file === undefined ? join(folder, `${right}-token`) : resolvePath(loaded, file);
  };
  return {
    placeOf,
    read: (right) => readSecret(placeOf(right)),
    write: (right, token) => writeSecret(placeOf(right), token),
  };
}

async function readSecret(file: string): Promise<string | undefined> {
  try {
    return (await readFile(file, "utf8")).trim() || undefined;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw new ConfigError("influxdb", [`${file} cannot be read; it should hold a token`], { cause });
  }
}

// Whole or not at all, and for the owner only.
async function writeSecret(file: string, secret: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const draft = `${file}.new`;
  await writeFile(draft, `${secret}\n`, { mode: 0o600, flush: true });
  await rename(draft, file);
}

const WORDS = { nothing: "there already", made: "made", replaced: "replaced", deleted: "deleted" };
const DRY_WORDS = { ...WORDS, made: "would be made", replaced: "would be replaced", deleted: "would be deleted" };

function reportOf(steps: readonly ProvisionStep[], { dryRun, rotate }: InfluxSetupOptions): string {
  const words = dryRun ? DRY_WORDS : WORDS;
  const lines = steps.map(({ what, did }) => `${words[did].padEnd(18)}${what}`);
  if (steps.every(({ did }) => did === "nothing"))
    lines.push("Nothing to do: InfluxDB is as the configuration wants it.");
  if (rotate && !dryRun)
    lines.push("Restart Nightflow, then run this with --revoke-replaced: until then the old tokens are valid, too.");
  return `${lines.join("\n")}\n`;
}
