import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { type ApiError, ManualClock } from "@nightflow/domain";
import { createJobQueue, type Database, type FileStore, type JobQueue, openFileStore } from "@nightflow/storage";
import { silentLogger, type testDatabase } from "@nightflow/storage/testing";
import { afterEach } from "vitest";
import { SESSION_COOKIE } from "../access/sessions.ts";
import { buildApp } from "../app.ts";
import { ApiConfig } from "../config.ts";
import type { ApiDeps } from "../deps.ts";
import type { LiveFeed } from "../events/live-feed.ts";
import type { ApiServer } from "../http/types.ts";
import { FakeReadingStore } from "./fake-reading-store.ts";
import { buildTown, TOWN_PASSWORD, type Town } from "./town.ts";

/** Business time at which tests start: noon of 21 October 2026 in Shanghai. */
export const TEST_NOW = Date.UTC(2026, 9, 21, 4);

/** An answer of the API, its body as parsed JSON. */
export interface Answer<Body = ApiError> {
  readonly status: number;
  readonly body: Body;
  readonly text: string;
  readonly headers: Readonly<Record<string, unknown>>;
}

/** Somebody signed in. */
export interface Person {
  readonly cookie: string;
  get<Body = ApiError>(url: string, headers?: Readonly<Record<string, string>>): Promise<Answer<Body>>;
  post<Body = ApiError>(url: string, body?: object, headers?: Readonly<Record<string, string>>): Promise<Answer<Body>>;
  put<Body = ApiError>(url: string, body: object): Promise<Answer<Body>>;
  delete(url: string): Promise<Answer>;
}

/** The API on a database of its own, with the test town in it. */
export interface Harness {
  readonly app: ApiServer;
  readonly db: Database;
  readonly store: FakeReadingStore;
  readonly clock: ManualClock;
  readonly jobs: JobQueue;
  readonly files: FileStore;
  readonly town: Town;
  readonly deps: ApiDeps;
  signIn(login: string): Promise<Person>;
  /** Somebody who is not signed in. */
  readonly stranger: Person;
}

const cleanUp: (() => Promise<unknown>)[] = [];

/** Ends what `startHarness` started; call once at the top of a test file. */
export function cleanUpAfterEach(): void {
  afterEach(async () => {
    for (const task of cleanUp.splice(0).reverse()) await task();
  });
}

/** Also ends `task`'s subject after the test. */
export function endAfterTest(task: () => Promise<unknown>): void {
  cleanUp.push(task);
}

/** Builds the API for one test. */
export async function startHarness(
  databases: ReturnType<typeof testDatabase>,
  overrides: Partial<ApiDeps> & {
    readonly api?: Partial<ApiConfig>;
    readonly makeLiveFeed?: (db: Database) => Promise<LiveFeed>;
  } = {},
): Promise<Harness> {
  const { database: db } = await databases.fresh();
  const folder = await mkdtemp(path.join(os.tmpdir(), "nightflow-api-"));
  endAfterTest(() => rm(folder, { recursive: true, force: true }));
  const { api, makeLiveFeed, ...rest } = overrides;
  const store = new FakeReadingStore();
  const clock = new ManualClock(TEST_NOW);
  const jobs = createJobQueue({ db, logger: silentLogger });
  const files = await openFileStore(folder);
  const config = ApiConfig.parse({ collectionMaxAgeMs: 0, ...api });
  const deps: ApiDeps = {
    db,
    store,
    clock,
    jobs,
    files,
    config,
    logger: silentLogger,
    liveFeed: await makeLiveFeed?.(db),
    ...rest,
  };
  const app = await buildApp(deps);
  endAfterTest(() => app.close());
  const town = await buildTown(db);
  return {
    app,
    db,
    store,
    clock,
    jobs,
    files,
    town,
    deps,
    stranger: person(app, ""),
    signIn: (login) => signIn(app, login),
  };
}

async function signIn(app: ApiServer, login: string): Promise<Person> {
  const answer = await person(app, "").post("/api/session", { login, password: TOWN_PASSWORD });
  if (answer.status !== 200) throw new Error(`${login} could not sign in: ${answer.text}`);
  return person(app, sessionCookie(answer));
}

/** The session cookie that an answer sets, as a request sends it back. */
export function sessionCookie(answer: Pick<Answer, "headers">): string {
  const header = String(answer.headers["set-cookie"]);
  return header.slice(header.indexOf(SESSION_COOKIE)).split(";", 1)[0] ?? "";
}

function person(app: ApiServer, cookie: string): Person {
  const ask = async <Body>(
    method: "GET" | "POST" | "PUT" | "DELETE",
    url: string,
    payload?: object,
    headers = {},
  ): Promise<Answer<Body>> => {
    const sent = { host: "localhost", ...(cookie === "" ? {} : { cookie }), ...headers };
    const response = await app.inject({ method, url, headers: sent, ...(payload && { payload }) });
    return {
      status: response.statusCode,
      body: parsed(response.body) as Body,
      text: response.body,
      headers: response.headers,
    };
  };
  return {
    cookie,
    get: (url, headers) => ask("GET", url, undefined, headers),
    post: (url, body, headers) => ask("POST", url, body, headers),
    put: (url, body) => ask("PUT", url, body),
    delete: (url) => ask("DELETE", url),
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}
