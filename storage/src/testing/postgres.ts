import { chmod, mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { type Logger, pino } from "pino";
import { afterAll, beforeAll } from "vitest";
import type { Database } from "../relational/database.ts";
import { removeEmbeddedPostgres, startEmbeddedPostgres } from "../relational/embedded/start.ts";
import { migrate } from "../relational/migrate.ts";
import { openDatabase } from "../relational/pg-database.ts";

/** A logger that says nothing. */
export const silentLogger: Logger = pino({ level: "silent" });

/** One migrated, otherwise empty database. */
export interface TestDatabase {
  readonly database: Database;
  readonly url: string;
}

const TEMPLATE = "nightflow_template";
/** Connections of all test files that run at the same time. */
const MAX_CONNECTIONS = 400;

/** Address of the server that a run of the tests shares; for the workers. */
export const SHARED_POSTGRES = "NIGHTFLOW_TEST_POSTGRES";

/** Databases of one test file on a PostgreSQL server, each made from a migrated template. */
export class TestPostgres {
  readonly #url: string;
  readonly #admin: Database;
  readonly #opened: Database[] = [];
  readonly #names: string[] = [];
  readonly #end: () => Promise<void>;

  private constructor(url: string, end: () => Promise<void>) {
    this.#url = url;
    this.#end = end;
    this.#admin = openDatabase({ url, logger: silentLogger, maxConnections: 1 });
  }

  /** On the server that the run shares where there is one, else on a server of its own. */
  static async start(): Promise<TestPostgres> {
    const shared = process.env[SHARED_POSTGRES];
    if (shared !== undefined) return new TestPostgres(shared, async () => undefined);
    const server = await startTestServer();
    return new TestPostgres(server.url, server.stop);
  }

  /** A new database; gone with `stop`. */
  async fresh(): Promise<TestDatabase> {
    return await this.#make(`template ${TEMPLATE}`);
  }

  /** A new database without any table; for tests of migrations. */
  async empty(): Promise<TestDatabase> {
    return await this.#make("");
  }

  async stop(): Promise<void> {
    await Promise.all(this.#opened.map((database) => database.close()));
    for (const name of this.#names) await this.#admin.query(`drop database if exists ${name} with (force)`);
    await this.#admin.close();
    await this.#end();
  }

  async #make(from: string): Promise<TestDatabase> {
    const name = `test_${process.pid}_${this.#names.length + 1}`;
    this.#names.push(name);
    await this.#admin.query(`create database ${name} ${from}`);
    const url = urlOf(this.#url, name);
    const database = openDatabase({ url, logger: silentLogger });
    this.#opened.push(database);
    return { database, url };
  }
}

/** A PostgreSQL for tests in a temporary folder, without fsync, with a migrated database to copy. */
export async function startTestServer(): Promise<{ readonly url: string; stop(): Promise<void> }> {
  const folder = await temporaryFolder();
  const dataDir = path.join(folder, "postgres");
  const settings = { dataDir, port: 0, logger: silentLogger, isDurable: false, maxConnections: MAX_CONNECTIONS };
  const server = await startEmbeddedPostgres(settings);
  await makeTemplate(server.url);
  return {
    url: server.url,
    async stop() {
      await server.stop();
      await removeEmbeddedPostgres(dataDir);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function makeTemplate(server: string): Promise<void> {
  const admin = openDatabase({ url: server, logger: silentLogger, maxConnections: 1 });
  await admin.query(`create database ${TEMPLATE}`);
  await admin.close();
  const template = openDatabase({ url: urlOf(server, TEMPLATE), logger: silentLogger, maxConnections: 1 });
  await migrate(template, silentLogger);
  await template.close();
}

function urlOf(server: string, database: string): string {
  const url = new URL(server);
  url.pathname = `/${database}`;
  return url.href;
}

/**
 * Databases for the tests of one file: call it once at the top of the file, then `fresh()` or `empty()` in each test. They
 * are gone after the last test. About 40 ms a database.
 */
export function testDatabase(): Pick<TestPostgres, "fresh" | "empty"> {
  let postgres: TestPostgres | undefined;
  beforeAll(async () => {
    postgres = await TestPostgres.start();
  });
  afterAll(() => postgres?.stop());
  const running = () => {
    if (postgres === undefined) throw new Error("testDatabase() is ready inside tests and hooks only");
    return postgres;
  };
  return { fresh: () => running().fresh(), empty: () => running().empty() };
}

// mkdtemp makes a 0700 folder, and as root PostgreSQL's own user has to pass through it.
async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(path.join(os.tmpdir(), "nightflow-test-"));
  await chmod(folder, 0o755);
  return folder;
}
