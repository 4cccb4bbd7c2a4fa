import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { findInfluxd, startInfluxd, type TestInfluxd } from "../../testing/peers.ts";
import { findBucket, InfluxApi } from "./influx-api.ts";
import { type ProvisionStep, type ProvisionWish, provisionInflux } from "./provision.ts";
import { checkIsInflux2 } from "./server-kind.ts";
import type { KeptTokens } from "./token-provision.ts";

const DAY_SECONDS = 86_400;

describe.runIf(findInfluxd() !== undefined)("setting up InfluxDB 2", () => {
  let folder: string;
  let server: TestInfluxd;
  let names = 0;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "nightflow-influx-"));
    server = await startInfluxd(folder);
  });
  afterAll(async () => {
    await server?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  function freshWish(): ProvisionWish & { readonly kept: Map<string, string> } {
    const org = `town-${++names}`;
    const kept = new Map<string, string>();
    const buckets = [
      { name: `${org}-readings`, retentionSeconds: 0 },
      { name: `${org}-hours`, retentionSeconds: 800 * DAY_SECONDS, shardSeconds: 30 * DAY_SECONDS },
    ];
    return { url: server.url, org, buckets, operatorToken: server.token, tokens: tokensIn(kept), kept };
  }

  const didOf = (steps: readonly ProvisionStep[]) => steps.map(({ did }) => did);

  const statusOf = (token: string | undefined, path: string, body?: string) =>
    fetch(`${server.url}${path}`, {
      method: body === undefined ? "GET" : "POST",
      headers: { authorization: `Token ${token}` },
      ...(body === undefined ? {} : { body }),
    }).then((answer) => answer.status);

  test("organisation, buckets, InfluxQL mappings and tokens are made once; a second run changes nothing and says so", async () => {
    const wish = freshWish();
    expect(didOf(await provisionInflux({ ...wish, isDryRun: true }))).toEqual(Array.from({ length: 7 }, () => "made"));
    expect(wish.kept.size).toBe(0);
    expect(didOf(await provisionInflux(wish))).toEqual(Array.from({ length: 7 }, () => "made"));
    const tokens = [...wish.kept];
    expect(didOf(await provisionInflux(wish))).toEqual(Array.from({ length: 7 }, () => "nothing"));
    expect([...wish.kept]).toEqual(tokens);
    const api = new InfluxApi(server.url, server.token);
    const { orgs } = await api.call<{ orgs: { id: string }[] }>({ path: `orgs?org=${wish.org}` });
    const { content } = await api.call<{ content: { database: string; virtual: boolean }[] }>({
      path: `dbrps?orgID=${orgs[0]?.id}`,
    });
    expect(content.filter(({ virtual }) => !virtual).map(({ database }) => database)).toEqual(
      wish.buckets.map(({ name }) => name),
    );
  });

  test("one token writes these buckets and cannot read, the other reads them and cannot write, neither may do more", async () => {
    const wish = freshWish();
    await provisionInflux(wish);
    const [write, read] = [wish.kept.get("write"), wish.kept.get("read")];
    for (const { name } of wish.buckets) {
      const line = `hour,c=a n=1i ${Date.now()}000000`;
      expect(await statusOf(write, `/api/v2/write?org=${wish.org}&bucket=${name}`, line)).toBe(204);
      expect(await statusOf(read, `/api/v2/write?org=${wish.org}&bucket=${name}`, line)).toBe(403);
    }
    expect(await statusOf(write, `/api/v2/write?org=nightflow&bucket=readings`, "a b=1i")).toBe(403);
    for (const token of [write, read]) {
      expect(await statusOf(token, "/api/v2/buckets", JSON.stringify({ name: "mine" }))).not.toBe(201);
      const { authorizations = [] } = await new InfluxApi(server.url, token)
        .call<{ authorizations?: unknown[] }>({
          path: "authorizations",
        })
        .catch(() => ({ authorizations: [] }));
      expect(authorizations).toEqual([]);
    }
  });

  test("tokens are rotated in two steps: the old ones hold until they are revoked", async () => {
    const wish = freshWish();
    await provisionInflux(wish);
    const old = wish.kept.get("write");
    expect(didOf(await provisionInflux({ ...wish, change: "rotate" })).slice(-2)).toEqual(["replaced", "replaced"]);
    expect(wish.kept.get("write")).not.toBe(old);
    const path = `/api/v2/write?org=${wish.org}&bucket=${wish.buckets[0]?.name}`;
    const write = (token: string | undefined) => statusOf(token, path, `reading,c=a v=1i ${Date.now()}000000`);
    expect([await write(old), await write(wish.kept.get("write"))]).toEqual([204, 204]);
    expect(didOf(await provisionInflux({ ...wish, change: "revoke" })).slice(-2)).toEqual(["deleted", "deleted"]);
    expect([await write(old), await write(wish.kept.get("write"))]).toEqual([401, 204]);
    expect(didOf(await provisionInflux(wish)).slice(-2)).toEqual(["nothing", "nothing"]);
  });

  test("a token file that was lost is written again, one that InfluxDB does not know is refused with the way out", async () => {
    const wish = freshWish();
    await provisionInflux(wish);
    const token = wish.kept.get("read");
    wish.kept.delete("read");
    await provisionInflux(wish);
    expect(wish.kept.get("read")).toBe(token);
    wish.kept.set("read", "of another server");
    await expect(provisionInflux(wish)).rejects.toMatchObject({
      code: "CONFIG_INVALID",
      remedy: expect.stringContaining("--rotate"),
    });
  });

  test("a bucket that differs is named with what to do, and nothing is changed", async () => {
    const wish = freshWish();
    await provisionInflux(wish);
    const buckets = [
      { name: wish.buckets[0]?.name ?? "", retentionSeconds: 30 * DAY_SECONDS },
      { name: wish.buckets[1]?.name ?? "", retentionSeconds: 800 * DAY_SECONDS, shardSeconds: DAY_SECONDS },
      { name: `${wish.org}-new`, retentionSeconds: 0 },
    ];
    const refused = await provisionInflux({ ...wish, buckets }).catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: "CONFIG_INVALID" });
    expect(String(refused)).toMatch(/kept for ever and should be kept for 30 days: influx bucket update --id \w+/);
    expect(String(refused)).toContain("its shards cover 2592000 s");
    expect(await findBucket(new InfluxApi(server.url, server.token), wish.org, `${wish.org}-new`)).toBeUndefined();
  });

  test("what InfluxDB would answer with 500 is refused before it is asked", async () => {
    const wish = freshWish();
    const buckets = [
      { name: "_mine", retentionSeconds: 0 },
      { name: "short", retentionSeconds: 1800 },
      { name: "shards", retentionSeconds: DAY_SECONDS, shardSeconds: 7 * DAY_SECONDS },
    ];
    const refused = await provisionInflux({ ...wish, buckets, url: "http://127.0.0.1:9" }).catch(
      (error: unknown) => error,
    );
    expect((refused as { faults: string[] }).faults).toHaveLength(3);
  });

  test("a wrong operator's token is named as such", async () => {
    const refused = provisionInflux({ ...freshWish(), operatorToken: "wrong" });
    await expect(refused).rejects.toMatchObject({
      code: "STORE_REFUSED",
      message: expect.stringContaining("operator"),
    });
  });

  test("an InfluxDB 1 or 3 is told by what it can do: 3 is refused as untested", async () => {
    const one = await fakeServer((path) => ({ status: path === "/ping" ? 204 : 404, version: "1.6.7" }));
    await expect(checkIsInflux2(one)).rejects.toMatchObject({ message: expect.stringContaining("InfluxDB 1.6.7") });
    const three = await fakeServer((path) => ({ status: path.startsWith("/api/v3/") ? 401 : 404 }));
    await expect(checkIsInflux2(three)).rejects.toMatchObject({ message: expect.stringContaining("untested") });
    const other = await fakeServer(() => ({ status: 404 }));
    await expect(checkIsInflux2(other)).rejects.toMatchObject({ code: "STORE_REFUSED" });
    await expect(checkIsInflux2(server.url)).resolves.toBeUndefined();
    await expect(checkIsInflux2("http://127.0.0.1:9")).rejects.toMatchObject({ code: "STORE_UNAVAILABLE" });
  });
});

function tokensIn(kept: Map<string, string>): KeptTokens {
  return {
    read: async (right) => kept.get(right),
    write: async (right, token) => {
      kept.set(right, token);
    },
    placeOf: (right) => `the file ${right}-token`,
  };
}

async function fakeServer(answer: (path: string) => { status: number; version?: string }): Promise<string> {
  const server = createServer((request, response) => {
    const { status, version } = answer(request.url ?? "");
    response.writeHead(status, version === undefined ? {} : { "x-influxdb-version": version }).end();
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
