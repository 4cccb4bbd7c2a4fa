import { describeError } from "@nightflow/domain";
import { resolvePath } from "../../config/load.ts";
import { type Finding, found } from "../finding.ts";
import type { Patient } from "../patient.ts";
import { clockAgainst } from "./clock.ts";

type InfluxConfig = NonNullable<Patient["loaded"]["config"]["influxdb"]>;

const DAY_S = 86_400;
/** Finds nothing, in no time; but a database without a mapping is an error, which SHOW would keep to itself. */
const NO_ROWS = "SELECT last(v) FROM reading WHERE time > now() - 1s AND c = 'nightflow:is-it-there'";

/** Does InfluxDB answer, may its tokens write and read, and does it keep points as long as is asked? */
export async function checkInflux(patient: Patient): Promise<Finding[]> {
  const { loaded, probes } = patient;
  const { influxdb, store } = loaded.config;
  if (store !== "influxdb" || influxdb === undefined) return [];
  const write = tokenOf(patient, "NIGHTFLOW_INFLUXDB_TOKEN", influxdb.tokenFile);
  const read = tokenOf(patient, "NIGHTFLOW_INFLUXDB_READ_TOKEN", influxdb.readTokenFile) ?? write;
  try {
    const ping = await probes.http(addressOf(influxdb, "ping"));
    const version = ping.headers["x-influxdb-version"] ?? "2";
    const findings = [found("ok", "influx.answers", { version }), ...clockOf(patient, ping.headers.date)];
    if (write === undefined || read === undefined) return [...findings, found("fail", "influx.no-token")];
    return [...findings, await mayWrite(patient, influxdb, write), ...(await mayRead(patient, influxdb, read))];
  } catch (error) {
    return [found("fail", "influx.away", { url: influxdb.url, reason: describeError(error) })];
  }
}

function clockOf({ probes }: Patient, date: string | undefined): Finding[] {
  const at = Date.parse(date ?? "");
  // A date by HTTP is whole seconds.
  return Number.isNaN(at) ? [] : [clockAgainst("InfluxDB", probes.nowMs(), at + 500)];
}

// Without points InfluxDB checks token and bucket and then says that there is nothing to write: nothing is changed.
async function mayWrite({ probes }: Patient, { bucket, ...influxdb }: InfluxConfig, token: string): Promise<Finding> {
  const query = new URLSearchParams({ org: influxdb.org, bucket, precision: "ms" });
  const url = addressOf(influxdb, `api/v2/write?${query}`);
  const { status, body } = await probes.http(url, {
    method: "POST",
    headers: { authorization: `Token ${token}` },
    body: "\n",
  });
  if (status === 401) return found("fail", "influx.bad-token", { which: "writing", status });
  if (status === 204 || (status === 400 && !/bucket|org/i.test(body)))
    return found("ok", "influx.may-write", { bucket });
  return found("fail", "influx.may-not-write", { bucket, status, reason: body.slice(0, 120) });
}

async function mayRead({ probes }: Patient, influxdb: InfluxConfig, token: string): Promise<Finding[]> {
  const { bucket, retentionDays: wanted } = influxdb;
  const headers = { authorization: `Token ${token}` };
  const q = new URLSearchParams({ db: bucket, q: NO_ROWS });
  const { status, body } = await probes.http(addressOf(influxdb, `query?${q}`), { headers });
  if (status === 401 || status === 403) return [found("fail", "influx.bad-token", { which: "reading", status })];
  const error = errorIn(body);
  if (status !== 200 || error !== undefined)
    return [found("fail", "influx.no-dbrp", { bucket, reason: error ?? String(status) })];
  const readable = found("ok", "influx.may-read", { bucket });
  const listed = await probes.http(addressOf(influxdb, `api/v2/buckets?${new URLSearchParams({ name: bucket })}`), {
    headers,
  });
  const keptS = listed.status === 200 ? keptSecondsOf(listed.body, bucket) : undefined;
  return keptS === undefined ? [readable] : [readable, retention(bucket, keptS / DAY_S, wanted)];
}

function retention(bucket: string, days: number, wanted: number): Finding {
  const say = (number: number) => (number === 0 ? "∞" : `${Math.round(number * 10) / 10} d`);
  const isSame = Math.abs(days - wanted) < 0.01;
  if (isSame || wanted === 0) return found("ok", "influx.retention", { bucket, days: say(days) });
  return found("warn", "influx.retention-other", { bucket, days: say(days), wanted: say(wanted) });
}

function keptSecondsOf(body: string, bucket: string): number | undefined {
  interface Bucket {
    readonly name: string;
    readonly retentionRules?: readonly { readonly everySeconds?: number }[];
  }
  const { buckets = [] } = JSON.parse(body) as { buckets?: readonly Bucket[] };
  const found = buckets.find(({ name }) => name === bucket);
  return found === undefined ? undefined : (found.retentionRules?.[0]?.everySeconds ?? 0);
}

function errorIn(body: string): string | undefined {
  interface Answer {
    readonly error?: string;
    readonly message?: string;
    readonly results?: readonly { readonly error?: string }[];
  }
  try {
    const { error, message, results } = JSON.parse(body) as Answer;
    return error ?? message ?? results?.find((result) => result.error !== undefined)?.error;
  } catch {
    return body.slice(0, 120);
  }
}

function tokenOf({ env, loaded, probes }: Patient, variable: string, file: string | undefined): string | undefined {
  const given = env[variable];
  if (given) return given;
  const path = file === undefined ? undefined : resolvePath(loaded, file);
  return path === undefined || probes.rights(path) === undefined ? undefined : probes.read(path).trim();
}

function addressOf({ url }: Pick<InfluxConfig, "url">, path: string): string {
  return `${url.replace(/\/+$/, "")}/${path}`;
}
