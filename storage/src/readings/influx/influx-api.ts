import { asInfluxError, errorOfStatus } from "./influx-errors.ts";

/** Longer than the server's own 10 s, so that its answer comes instead of ours. */
const TIMEOUT_MS = 30_000;

/** One call of InfluxDB's management API. */
export interface ApiCall {
  readonly method?: "GET" | "POST" | "PATCH" | "DELETE";
  /** Below `api/v2/`. */
  readonly path: string;
  readonly body?: unknown;
}

/** InfluxDB 2's management API with one token; small enough to need no client. */
export class InfluxApi {
  readonly #url: string;
  readonly #token: string | undefined;

  constructor(url: string, token?: string) {
    this.#url = url;
    this.#token = token;
  }

  /** @throws {StoreRefusedError} for a wrong token; {@link asInfluxError} has the rest. */
  async call<Answer>({ method = "GET", path, body }: ApiCall): Promise<Answer> {
    const what = `${method} ${path.split("?")[0]}`;
    try {
      const response = await fetch(influxAddress(this.#url, `api/v2/${path}`), {
        method,
        headers: {
          "content-type": "application/json",
          ...(this.#token === undefined ? {} : { authorization: `Token ${this.#token}` }),
        },
        signal: AbortSignal.timeout(TIMEOUT_MS),
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      if (!response.ok) throw errorOfStatus(response.status, text, what);
      return (text === "" ? {} : JSON.parse(text)) as Answer;
    } catch (error) {
      throw asInfluxError(error, what);
    }
  }
}

/** An address below a server's, whether or not that ends in a slash. */
export function influxAddress(url: string, path: string): URL {
  return new URL(path, url.endsWith("/") ? url : `${url}/`);
}

/** A bucket as the server describes it. */
export interface BucketFacts {
  readonly id: string;
  readonly orgID: string;
  readonly name: string;
  readonly retentionRules: readonly {
    readonly everySeconds: number;
    readonly shardGroupDurationSeconds?: number;
  }[];
}

/**
 * The bucket of a name that the token may see; undefined where there is none. Found in the list, which is paged: asked by
 * name, an operator is answered 404 for a bucket that does not exist, and 404 also stands for a wrong organisation.
 */
export async function findBucket(api: InfluxApi, org: string, name: string): Promise<BucketFacts | undefined> {
  for (let offset = 0; ; offset += PAGE) {
    const path = `buckets?org=${encodeURIComponent(org)}&limit=${PAGE}&offset=${offset}`;
    const { buckets = [] } = await api.call<{ buckets?: BucketFacts[] }>({ path });
    const found = buckets.find((bucket) => bucket.name === name);
    if (found !== undefined || buckets.length < PAGE) return found;
  }
}

const PAGE = 100;

/** How long a bucket keeps points, in seconds; 0 for ever. */
export function retentionSecondsOf({ retentionRules }: BucketFacts): number {
  return retentionRules[0]?.everySeconds ?? 0;
}
