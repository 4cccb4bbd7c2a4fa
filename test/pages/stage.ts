import { chmodSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ApiConfig, type EnrolmentDesk, type RunningApi, startApi } from "@nightflow/crm-api";
import { builtPagesFolder } from "@nightflow/dashboards";
import { usageReportCsv, usageReportHtml } from "@nightflow/dashboards/reports";
import { ManualClock } from "@nightflow/domain";
import {
  createJobQueue,
  type Database,
  type JobQueue,
  openDuckDbStore,
  openFileStore,
  type ReadingStore,
} from "@nightflow/storage";
import { silentLogger, TestPostgres } from "@nightflow/storage/testing";
import { eventually } from "../support/eventually.ts";
import { fillDatabase, fillStore, NOW } from "./content.ts";
import { insertPeople, insertTown, type TownIds } from "./town.ts";

/** The real application with a small town in it, on real databases and a real port. */
export interface World {
  readonly url: string;
  /** Where the first administrator is made; null when there are people. */
  readonly setupUrl: string | null;
  readonly db: Database;
  readonly jobs: JobQueue;
  readonly store: ReadingStore;
  readonly ids: TownIds;
  /** Findings by a short name. */
  readonly findings: ReadonlyMap<string, string>;
  /** Takes the application down and brings it back on the same port. */
  stopApi(): Promise<void>;
  startApi(): Promise<void>;
}

/** What is in a world: a town, people only, or nobody at all. */
export type Content = "town" | "people" | "nobody";

/** The servers that the worlds of one test file share: PostgreSQL, a store with the town's readings, an empty one. */
export class Stage {
  readonly #folder: string;
  readonly #postgres: TestPostgres;
  readonly #full: ReadingStore;
  readonly #empty: ReadingStore;
  readonly #servers: Server[] = [];

  private constructor(folder: string, postgres: TestPostgres, full: ReadingStore, empty: ReadingStore) {
    this.#folder = folder;
    this.#postgres = postgres;
    this.#full = full;
    this.#empty = empty;
  }

  static async open(): Promise<Stage> {
    const folder = mkdtempSync(join(tmpdir(), "nightflow-pages-"));
    chmodSync(folder, 0o755);
    const open = (name: string) => openDuckDbStore({ path: join(folder, name), logger: silentLogger });
    const [postgres, full, empty] = await Promise.all([
      TestPostgres.start(),
      open("full.duckdb"),
      open("empty.duckdb"),
    ]);
    await fillStore(full);
    return new Stage(folder, postgres, full, empty);
  }

  /** A fresh world; it ends with `endWorlds` or `close`. Agents enrol in it where there is a desk for them. */
  async world(content: Content = "town", enrolment?: EnrolmentDesk): Promise<World> {
    const { database: db } = await this.#postgres.fresh();
    const jobs = createJobQueue({ db, logger: silentLogger });
    const ids = await idsOf(db, content);
    const findings = content === "town" ? await fillDatabase(db, jobs, ids) : new Map<string, string>();
    const files = join(this.#folder, `files-${this.#servers.length}`);
    mkdirSync(files);
    const store = content === "town" ? this.#full : this.#empty;
    const server = new Server({ db, store, jobs, clock: new ManualClock(NOW), files, enrolment });
    this.#servers.push(server);
    await server.start();
    await ticketsOpened(db);
    const { url, setupUrl } = server;
    return {
      url,
      setupUrl,
      db,
      jobs,
      store,
      ids,
      findings,
      stopApi: () => server.stop(),
      startApi: () => server.start(),
    };
  }

  /** Takes down what the worlds so far run. */
  async endWorlds(): Promise<void> {
    await Promise.all(this.#servers.map((server) => server.stop()));
  }

  async close(): Promise<void> {
    await this.endWorlds();
    await Promise.all([this.#full.close(), this.#empty.close(), this.#postgres.stop()]);
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

async function idsOf(db: Database, content: Content): Promise<TownIds> {
  if (content === "town") return insertTown(db);
  const accounts = new Map<string, string>();
  if (content === "people") return { ...(await insertPeople(db)), accounts };
  return { units: { town: "", north: "", south: "" }, users: new Map(), accounts };
}

interface ServerDeps {
  readonly db: Database;
  readonly store: ReadingStore;
  readonly jobs: JobQueue;
  readonly clock: ManualClock;
  readonly files: string;
  readonly enrolment: EnrolmentDesk | undefined;
}

/** The API, which can be taken down and brought back where it was. */
class Server {
  readonly #deps: ServerDeps;
  #api: RunningApi | undefined;
  #port = 0;

  constructor(deps: ServerDeps) {
    this.#deps = deps;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  get setupUrl(): string | null {
    return this.#api?.setupUrl ?? null;
  }

  async start(): Promise<void> {
    const { files, ...deps } = this.#deps;
    const webRoot = builtPagesFolder();
    if (webRoot === null) throw new Error("the pages are not built: npm run build");
    this.#api = await startApi({
      ...deps,
      files: await openFileStore(files),
      config: ApiConfig.parse({ port: this.#port, collectionMaxAgeMs: 0, loginFailuresAllowed: 50 }),
      logger: silentLogger,
      webRoot,
      renderer: {
        usageCurve: (report, language) => ({ html: usageReportHtml(report, language), csv: usageReportCsv(report) }),
      },
    });
    this.#port = this.#api.port;
  }

  async stop(): Promise<void> {
    await this.#api?.close();
    this.#api = undefined;
  }
}

async function ticketsOpened(db: Database): Promise<void> {
  await eventually("every finding's ticket", async () => {
    const { rows } = await db.query<{ open: number }>("select count(*)::int as open from job where state <> 'done'");
    return rows[0]?.open === 0 ? true : undefined;
  });
}
