import { StoreRefusedError } from "../errors.ts";
import { influxAddress } from "./influx-api.ts";
import { asInfluxError } from "./influx-errors.ts";

const TIMEOUT_MS = 10_000;

/**
 * Makes sure by what it can do that a server is an InfluxDB 2, for its version may call itself anything (INFLUXDB 3).
 *
 * @throws {StoreRefusedError} when it is an InfluxDB 1 or 3, or none.
 * @throws {StoreUnavailableError} when it does not answer.
 */
export async function checkIsInflux2(url: string): Promise<void> {
  const setUp = await ask(url, "api/v2/setup");
  if (setUp.status === 200 && /"allowed"\s*:/.test(await setUp.text())) return;
  if (setUp.status >= 500) throw asInfluxError(new Error(`it answered ${setUp.status}`), `asking ${url} what it is`);
  const ping = await ask(url, "ping");
  const version = ping.headers.get("x-influxdb-version") ?? "";
  if (/^v?1\./.test(version)) throw isInflux1(url, version);
  if (/^v?3\./.test(version) || (await hasVersion3Paths(url))) throw isInflux3(url);
  throw new StoreRefusedError(`${url} answers, but not as an InfluxDB 2 does`, {
    remedy: "see whether influxdb.url names the server's own port, and not a proxy or another program",
  });
}

/** The version that an InfluxDB 1 tells; undefined for any other server. */
export async function influx1Version(url: string): Promise<string | undefined> {
  const version = (await ask(url, "ping")).headers.get("x-influxdb-version") ?? "";
  return /^v?1\./.test(version) ? version : undefined;
}

function isInflux1(url: string, version: string): StoreRefusedError {
  return new StoreRefusedError(`${url} is an InfluxDB ${version}; this store needs an InfluxDB 2`, {
    remedy: "put an InfluxDB 2 there; with version 1 readings can be appended and read by openInflux1Store only",
  });
}

function isInflux3(url: string): StoreRefusedError {
  return new StoreRefusedError(`${url} is an InfluxDB 3, which is untested with Nightflow`, {
    remedy: "use an InfluxDB 2.7, or the embedded store",
  });
}

// InfluxDB 2 and 1 answer 404 for these paths; 3 answers, be it that a token is missing.
async function hasVersion3Paths(url: string): Promise<boolean> {
  const { status } = await ask(url, "api/v3/configure/database?format=json");
  return status === 200 || status === 400 || status === 401;
}

async function ask(url: string, path: string): Promise<Response> {
  try {
    return await fetch(influxAddress(url, path), { signal: AbortSignal.timeout(TIMEOUT_MS) });
  } catch (error) {
    throw asInfluxError(error, `asking ${url} what it is`);
  }
}
