import { StoreUnavailableError } from "@nightflow/domain";
import { StoreBusyError, StoreCorruptError } from "@nightflow/storage";
import { describe, expect, it, test } from "vitest";
import { checkClock, checkZones, clockAgainst } from "./checks/clock.ts";
import { checkDisk } from "./checks/disk.ts";
import { checkDuckDb } from "./checks/duckdb.ts";
import { checkMemory, checkVersions } from "./checks/host.ts";
import { checkInflux } from "./checks/influx.ts";
import { checkMqtt, checkRedis } from "./checks/others.ts";
import { checkPorts } from "./checks/ports.ts";
import { checkPostgres } from "./checks/postgres.ts";
import { checkRights } from "./checks/rights.ts";
import { checkIdentities, checkTls } from "./checks/tls.ts";
import { examine } from "./examine.ts";
import { type Finding, inWords } from "./finding.ts";
import type { Probes } from "./probes.ts";
import { CERTIFICATE, KEY, OTHER_KEY } from "./testing/certificates.ts";
import { fakeSql, patient } from "./testing/healthy.ts";
import { WORDS } from "./words.ts";

const said = (findings: readonly Finding[]) => findings.map(({ level, code }) => `${level} ${code}`);
const notOk = (findings: readonly Finding[]) => said(findings.filter(({ level }) => level !== "ok"));
const here = { mode: 0o600, isFolder: false, bytes: 5_000_000 };

test("on a machine in order nothing is to be mended", async () => {
  expect(notOk(await examine(patient()))).toEqual([]);
});

test("a check that breaks keeps no other from being made", async () => {
  const broken = () => {
    throw new Error("no such call");
  };
  const findings = await examine(patient({}, { nodeVersion: broken as () => string }));
  expect(notOk(findings)).toEqual(["warn config.check-failed"]);
  expect(findings.length).toBeGreaterThan(10);
});

describe("the port check", () => {
  it("names the port that another program holds, and knows the running head-end's own", async () => {
    const busy = { portState: async (_host: string, port: number) => (port === 8480 ? "busy" : "free") };
    const findings = await checkPorts(patient({}, busy));
    expect(notOk(findings)).toEqual(["fail ports.busy"]);
    expect(inWords(findings[0] as Finding, "en").fix).toContain("api.port");
    const running = await checkPorts(patient({}, { portState: async () => "busy" }, { upPid: 7 }));
    expect(notOk(running)).toEqual([]);
    expect(notOk(await checkPorts(patient({}, busy, { upPid: 7 })))).toEqual(Array(3).fill("warn ports.silent"));
  });

  it("says why a port may not be listened on, and leaves free ones out that are chosen at the start", async () => {
    const config = { broker: { port: 883 }, api: { port: 0 }, postgres: { port: 0 }, operate: { enabled: false } };
    expect(said(await checkPorts(patient(config, { portState: async () => "EACCES" })))).toEqual(["fail ports.denied"]);
  });
});

describe("the store check", () => {
  const check = (storeFormat: Probes["storeFormat"], more = {}) =>
    checkDuckDb(patient({}, { rights: () => here, storeFormat }, more));
  it.each([
    [3, "ok store.file"],
    [4, "fail store.newer"],
    [2, "warn store.older"],
  ])("a file of format %i of 3 is found to be %s", async (format, finding) => {
    expect(said(await check(async () => ({ format, known: 3 })))).toEqual([finding]);
  });

  it("tells a file in use from one that is damaged, and does not touch that of a running head-end", async () => {
    const failing = (error: Error) => async () => {
      throw error;
    };
    expect(said(await check(failing(new StoreBusyError("in use"))))).toEqual(["fail store.held"]);
    expect(said(await check(failing(new StoreCorruptError("not a DuckDB file"))))).toEqual(["fail store.unreadable"]);
    expect(said(await check(failing(new Error("touched")), { upPid: 9 }))).toEqual(["ok store.running"]);
  });
});

describe("the InfluxDB check", () => {
  const config = {
    store: "influxdb",
    influxdb: { url: "http://i:8086/", org: "o", bucket: "readings", retentionDays: 30 },
  };
  const answering = (answers: Readonly<Record<string, [number, string]>>) => ({
    http: async (url: string) => {
      const [, [status, body]] = Object.entries(answers).find(([part]) => url.includes(part)) ?? ["", [204, ""]];
      const headers = { "x-influxdb-version": "2.7.12", date: "Mon, 23 Nov 2026 00:00:00 GMT" };
      return { status, headers, body };
    },
  });
  const check = (
    answers: Readonly<Record<string, [number, string]>>,
    env: object = { NIGHTFLOW_INFLUXDB_TOKEN: "t" },
  ) => checkInflux(patient(config, answering(answers), { env: env as Record<string, string> }));
  const good: Readonly<Record<string, [number, string]>> = {
    "/query?": [200, '{"results":[{}]}'],
    "/buckets?": [200, '{"buckets":[{"name":"readings","retentionRules":[{"everySeconds":2592000}]}]}'],
  };

  it("is content with tokens that write and read, a mapping and the retention asked for", async () => {
    expect(said(await check(good))).toEqual([
      "ok influx.answers",
      "ok clock.agrees",
      "ok influx.may-write",
      "ok influx.may-read",
      "ok influx.retention",
    ]);
  });

  it.each([
    ["a wrong token", { "/write?": [401, "unauthorized"] }, "fail influx.bad-token"],
    ["a bucket that is not there", { "/write?": [404, 'bucket "readings" not found'] }, "fail influx.may-not-write"],
    [
      "a missing mapping",
      { "/query?": [200, '{"results":[{"error":"database not found: readings"}]}'] },
      "fail influx.no-dbrp",
    ],
    ["another retention", { "/buckets?": [200, '{"buckets":[{"name":"readings"}]}'] }, "warn influx.retention-other"],
  ] as const)("tells %s apart", async (_what, answers, finding) => {
    expect(notOk(await check({ ...good, ...(answers as object) }))).toEqual([finding]);
  });

  it("says that there is no token, and when nobody answers", async () => {
    expect(notOk(await check(good, {}))).toEqual(["fail influx.no-token"]);
    const away = { http: () => Promise.reject(new Error("ECONNREFUSED")) };
    expect(notOk(await checkInflux(patient(config, away)))).toEqual(["fail influx.away"]);
  });
});

describe("the PostgreSQL check", () => {
  const check = (change: Parameters<typeof fakeSql>[0]) =>
    checkPostgres(
      patient({}, { withSql: (_url, work) => work(fakeSql(change)) }, { env: { DATABASE_URL: "postgres://x/y" } }),
    );
  it.each([
    ["an old server", { server: { version_no: 130_000 } }, "fail postgres.old"],
    ["fsync off", { server: { fsync: "off" } }, "fail postgres.unsafe"],
    ["no right to make tables", { server: { may_create: false } }, "fail postgres.no-right"],
    ["few connections", { server: { max_connections: 10 } }, "warn postgres.connections"],
    ["a clock a minute off", { server: { now_ms: Date.UTC(2026, 10, 23) - 90_000 } }, "fail clock.differs"],
    ["a newer schema", { done: 9 }, "fail postgres.newer"],
    ["a zone that nobody knows", { zones: ["Asia/Atlantis"] }, "fail clock.zone-unknown"],
  ])("finds %s", async (_what, change, finding) => expect(notOk(await check(change))).toEqual([finding]));

  it("says when it is away, and leaves the embedded one of a stopped head-end alone", async () => {
    const away = { withSql: () => Promise.reject(new StoreUnavailableError("connection refused")) };
    const external = { env: { DATABASE_URL: "postgres://x/y" } };
    expect(said(await checkPostgres(patient({}, away, external)))).toEqual(["fail postgres.away"]);
    expect(said(await checkPostgres(patient({}, away)))).toEqual(["ok postgres.stopped"]);
  });
});

describe("the clock check", () => {
  it("knows that no meter is read in 1970 or 2036 + 64 years", async () => {
    for (const nowMs of [0, Date.UTC(2100, 0, 1)])
      expect(said(await checkClock(patient({}, { nowMs: () => nowMs })))).toEqual(["fail clock.wrong"]);
  });

  it("lets two seconds pass, warns of more, and fails at over a minute", () => {
    expect([1_000, 10_000, 61_000].map((away) => clockAgainst("s", 0, away).level)).toEqual(["ok", "warn", "fail"]);
    expect(said(checkZones(["Europe/Berlin", "UTC"]))).toEqual(["ok clock.zones"]);
  });
});

describe("the disk check", () => {
  const folder = { rights: () => ({ mode: 0o700, isFolder: true, bytes: 0 }) };
  const disk = (change: object) => async () => ({
    kind: 0xef53,
    freeBytes: 1e12,
    inodes: 100,
    inodesFree: 90,
    ...change,
  });
  it.each([
    ["too little room", { fileSystem: disk({ freeBytes: 1e6 }) }, "fail disk.little"],
    ["hardly enough room", { fileSystem: disk({ freeBytes: 1e9 }) }, "warn disk.little"],
    ["no inodes", { fileSystem: disk({ inodesFree: 1 }) }, "warn disk.inodes"],
    ["a memory disk", { fileSystem: disk({ kind: 0x01021994 }) }, "warn disk.kind-unsafe"],
    ["a network share", { fileSystem: disk({ kind: 0x6969 }) }, "warn disk.kind-unsafe"],
    ["slow syncs", { syncMs: async () => 180 }, "warn disk.sync-slow"],
  ])("finds %s", async (_what, change, finding) =>
    expect(notOk(await checkDisk(patient({}, { ...folder, ...change })))).toEqual([finding]),
  );
});

describe("the rights check", () => {
  it("finds secrets that others can read, those that are missing, and root", async () => {
    const config = {
      store: "influxdb",
      influxdb: { url: "http://i", org: "o", bucket: "b", tokenFile: "token", readTokenFile: "gone" },
    };
    const rights = (path: string) =>
      path.endsWith("gone") ? undefined : { mode: path.endsWith("token") ? 0o644 : 0o600, isFolder: false, bytes: 1 };
    const list = (folder: string) => (folder.endsWith("secrets") ? ["mqtt-import"] : []);
    const findings = await checkRights(patient(config, { rights, list, userId: () => 0, mayWrite: () => false }));
    expect(said(findings)).toEqual([
      "fail rights.folder-denied",
      "ok rights.secret",
      "fail rights.secret-open",
      "fail rights.secret-missing",
      "warn rights.root",
    ]);
  });

  it("warns of readings that every user of the machine can read", async () => {
    const modeOf = (mode: number) => (path: string) =>
      path.includes("readings") ? { mode, isFolder: false, bytes: 1 } : undefined;
    expect(said(await checkRights(patient({}, { rights: modeOf(0o644) })))).toEqual(["warn rights.data-open"]);
    expect(said(await checkRights(patient({}, { rights: modeOf(0o640) })))).toEqual([]);
  });
});

describe("the certificate check", () => {
  const check = (nowMs: number, key = KEY, serverNames = ["mqtt.town.example"]) => {
    const tls = { certFile: "c.pem", keyFile: "k.pem", serverNames };
    const read = (path: string) => (path.endsWith("c.pem") ? CERTIFICATE : key);
    return checkTls(patient({ broker: { tls } }, { rights: () => here, read, nowMs: () => nowMs }));
  };
  it.each([
    [Date.UTC(2027, 5, 1), "ok tls.certificate"],
    [Date.UTC(2027, 11, 10), "warn tls.expires"],
    [Date.UTC(2028, 0, 1), "fail tls.expired"],
  ])("at %i it says %s", async (nowMs, finding) => expect(said(await check(nowMs))).toEqual([finding]));

  it("finds a key of another certificate, a name that is missing, and a file that is no certificate", async () => {
    const nowMs = Date.UTC(2027, 5, 1);
    expect(notOk(await check(nowMs, OTHER_KEY))).toEqual(["fail tls.key-mismatch"]);
    expect(notOk(await check(nowMs, KEY, ["127.0.0.1", "broker.other"]))).toEqual(["fail tls.name"]);
    expect(notOk(await check(nowMs, "no key"))).toEqual(["fail tls.unreadable"]);
  });
});

describe("the other checks", () => {
  it("find the wrong Node, tight memory and few descriptors", async () => {
    expect(said(await checkVersions(patient({}, { nodeVersion: () => "20.1.0" })))).toEqual([
      "fail versions.node-other",
    ]);
    expect(said(await checkVersions(patient({}, { nodeVersion: () => "26.0.0" })))).toEqual([
      "warn versions.node-other",
    ]);
    const small = { memoryBytes: () => 1024 ** 3, openFiles: () => 1024 };
    expect(said(await checkMemory(patient({}, small)))).toEqual(["warn memory.tight", "warn memory.files-few"]);
  });

  it("find a password file without a hash, and MQTT in the open", async () => {
    const identities = [{ name: "gw-1", role: "agent", site: "s", passwordFile: "gw-1.txt" }];
    const plain = { rights: () => here, read: () => "secret" };
    expect(said(await checkIdentities(patient({ broker: { identities } }, plain)))).toEqual([
      "fail broker.no-password",
    ]);
    expect(said(await checkTls(patient({ broker: { host: "0.0.0.0" } })))).toEqual(["warn tls.plain-outside"]);
  });

  it("find a Redis that throws jobs away, and what is away", async () => {
    const env = { REDIS_URL: "redis://r" };
    const evicting = { redis: async () => ["redis_version:7.2.1", "maxmemory-policy\nallkeys-lru"] };
    expect(notOk(await checkRedis(patient({}, evicting, { env })))).toEqual(["warn redis.eviction"]);
    const away = () => Promise.reject(new Error("refused"));
    expect(notOk(await checkRedis(patient({}, { redis: away }, { env })))).toEqual(["fail redis.away"]);
    expect(notOk(await checkMqtt(patient({ mqtt: { url: "mqtt://m" } }, { connects: away })))).toEqual([
      "fail mqtt.away",
    ]);
  });
});

test("every finding has words in both languages, with the same places to fill in", () => {
  const places = (text: string) => [...new Set(text.match(/\{\w+\}/g))].sort();
  for (const words of Object.values(WORDS)) {
    expect(places(words.zh)).toEqual(places(words.en));
    if ("fix" in words) expect(places(words.fix.zh)).toEqual(places(words.fix.en));
    expect(words.zh).toMatch(/[\u4e00-\u9fff]|Node/);
  }
});
