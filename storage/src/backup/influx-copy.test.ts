import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { copyBucket } from "./influx-copy.ts";

const BUCKETS = [
  {
    organizationName: "town",
    bucketName: "readings",
    retentionPolicies: [{ shardGroups: [{ deletedAt: null, shards: [{ id: 1 }] }] }],
  },
];

/** Answers as InfluxDB's backup does, with these statuses for the shard one after the other. */
async function startStub(statuses: number[]): Promise<string> {
  const server = createServer((request, response) => {
    if (request.url?.includes("backup/metadata")) {
      response.setHeader("content-type", "multipart/mixed; boundary=x");
      response.end(`--x\r\ncontent-disposition: attachment; name="buckets"\r\n\r\n${JSON.stringify(BUCKETS)}\r\n--x--`);
      return;
    }
    response.statusCode = statuses.shift() ?? 200;
    response.end(response.statusCode === 200 ? "shard" : '{"code":"internal error"}');
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function copy(statuses: number[]) {
  const folder = mkdtempSync(join(tmpdir(), "nightflow-copy-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  mkdirSync(join(folder, "influxdb"));
  const place = { url: await startStub(statuses), org: "town", operatorToken: "t" };
  const copied = await copyBucket(place, { role: "readings", name: "readings" }, folder, [], () => undefined);
  return { copied, text: () => readFileSync(join(folder, "influxdb/readings-1.tar"), "utf8") };
}

test("a shard that InfluxDB is just writing to its disk is asked for again", async () => {
  const { copied, text } = await copy([500, 200]);
  expect(copied.shards).toEqual([{ id: 1, file: "influxdb/readings-1.tar" }]);
  expect(text()).toBe("shard");
});

test("a shard that went away meanwhile is left out, and a token without the right is not tried again", async () => {
  expect((await copy([404])).copied.shards).toEqual([]);
  await expect(copy([401, 200])).rejects.toMatchObject({ code: "STORE_REFUSED" });
});
