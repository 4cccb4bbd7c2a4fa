import { appendLiveEvent, type Database, type NewLiveEvent } from "@nightflow/storage";
import { silentLogger, testDatabase } from "@nightflow/storage/testing";
import { expect, test } from "vitest";
import { cleanUpAfterEach, endAfterTest, type Harness, startHarness, TEST_NOW } from "../testing/harness.ts";
import { LiveFeed } from "./live-feed.ts";

const databases = testDatabase();
cleanUpAfterEach();

interface Heard {
  readonly id: number;
  readonly kind: string;
  readonly subject: string;
}

/** An open stream of one person. */
class Ear {
  readonly heard: Heard[] = [];
  readonly response: Response;
  readonly ended: Promise<void>;
  text = "";

  constructor(response: Response) {
    this.response = response;
    this.ended = this.#listen();
  }

  async #listen(): Promise<void> {
    const decoder = new TextDecoder();
    try {
      for await (const chunk of this.response.body ?? []) {
        this.text += decoder.decode(chunk, { stream: true });
        this.#take();
      }
    } catch {
      // The test has hung up.
    }
  }

  #take(): void {
    const frames = this.text.split("\n\n");
    this.text = frames.pop() ?? "";
    for (const frame of frames) {
      const [, id, kind, data] = /^id: (\d+)\nevent: (\w+)\ndata: (.*)$/.exec(frame) ?? [];
      if (data !== undefined) this.heard.push({ ...JSON.parse(data), id: Number(id), kind });
    }
  }

  get subjects(): string[] {
    return this.heard.map((event) => event.subject);
  }
}

type Town = Harness & { listen(login: string, lastEventId?: number): Promise<Ear> };

async function startTown(heartbeatMs = 60_000): Promise<Town> {
  const feeds: LiveFeed[] = [];
  const harness = await startHarness(databases, {
    api: { heartbeatMs },
    makeLiveFeed: async (db: Database) => {
      const feed = await LiveFeed.start(db, silentLogger);
      feeds.push(feed);
      return feed;
    },
  });
  endAfterTest(() => Promise.all(feeds.map((feed) => feed.stop())));
  const url = await harness.app.listen({ host: "127.0.0.1", port: 0 });
  const listen = async (login: string, lastEventId?: number) => {
    const { cookie } = await harness.signIn(login);
    const hangUp = new AbortController();
    endAfterTest(async () => hangUp.abort());
    const resume = lastEventId === undefined ? {} : { "last-event-id": String(lastEventId) };
    return new Ear(await fetch(`${url}/api/events`, { headers: { cookie, ...resume }, signal: hangUp.signal }));
  };
  return { ...harness, listen };
}

function tell(db: Database, subject: string, more: Partial<NewLiveEvent> = {}): Promise<number> {
  const event = { kind: "ticket", subject, at: TEST_NOW, unitPath: "town/north/", ...more } as const;
  return db.transaction((tx) => appendLiveEvent(tx, event));
}

test("what happens is told at once, with its number, kind, subject and time", async () => {
  const { db, listen } = await startTown();
  const ear = await listen("desk");
  expect(ear.response.headers.get("content-type")).toBe("text/event-stream; charset=utf-8");
  const id = await tell(db, "t-1");
  await expect.poll(() => ear.heard).toEqual([{ id, kind: "ticket", subject: "t-1", at: TEST_NOW }]);
});

test("a person of the north hears nothing of the south, live or when he comes back", async () => {
  const { db, listen } = await startTown();
  const live = await listen("desk-north");
  await tell(db, "south-1", { unitPath: "town/south/" });
  await tell(db, "north-1");
  await tell(db, "root-1", { unitPath: "town/" });
  await tell(db, "north-2");
  await expect.poll(() => live.subjects).toEqual(["north-1", "north-2"]);
  const resumed = await listen("desk-north", 0);
  await expect.poll(() => resumed.subjects).toEqual(["north-1", "north-2"]);
});

test("nobody hears of things that his role may not see", async () => {
  const { db, listen } = await startTown();
  const collector = await listen("collector");
  const manager = await listen("manager");
  await tell(db, "r-1", { kind: "report" });
  await tell(db, "c-1", { kind: "collection" });
  await tell(db, "t-1");
  await expect.poll(() => collector.subjects).toEqual(["c-1", "t-1"]);
  await expect.poll(() => manager.subjects).toEqual(["r-1", "t-1"]);
});

test("who comes back with the number of his last event misses none and hears none twice", async () => {
  const { db, listen } = await startTown();
  for (let i = 1; i <= 1200; i++) await tell(db, `t-${i}`);
  const ear = await listen("desk", 3);
  const told = tell(db, "t-1201");
  const expected = Array.from({ length: 1198 }, (_, i) => `t-${i + 4}`);
  await told;
  await expect.poll(() => ear.subjects.length).toBe(1198);
  expect(ear.subjects).toEqual(expected);
});

test("who comes for the first time hears what happens from then on", async () => {
  const { db, listen } = await startTown();
  await tell(db, "before");
  const desk = await listen("desk");
  await tell(db, "after");
  await expect.poll(() => desk.subjects).toContain("after");
  expect(desk.subjects.at(-1)).toBe("after");
});

test("a stream ends when its session is revoked", async () => {
  const { db, listen } = await startTown(50);
  const ear = await listen("desk");
  await db.query("update session set revoked_at = now()");
  await ear.ended;
  const { rows } = await db.query<{ seen: boolean }>("select bool_and(seen_at = created_at) as seen from session");
  expect(rows[0]?.seen).toBe(true);
});

test("a stream that is open does not keep the API from closing", async () => {
  const { app, listen } = await startTown();
  const ear = await listen("desk");
  await app.close();
  await ear.ended;
});
