import { expect, test } from "vitest";
import { testDatabase } from "../testing/postgres.ts";
import { type AuditEntry, appendAudit, verifyAudit } from "./audit.ts";
import { takeNumber } from "./counters.ts";
import type { Database } from "./database.ts";
import { appendLiveEvent, LIVE_EVENT_CHANNEL, readLiveEvents, trimLiveEvents } from "./live-events.ts";

const databases = testDatabase();

const ENTRY: AuditEntry = {
  at: 1_770_000_000_123,
  actorId: null,
  actor: "desk",
  action: "ticket.accept",
  subjectKind: "ticket",
  subject: "T-1",
  before: { state: "new", nested: { b: 1.5, a: ["x", null] } },
  after: { state: "accepted" },
};

function eventOf(subject: string) {
  return { kind: "ticket", subject, at: 1_770_000_000_000, unitPath: "town/north/" } as const;
}

test("numbers have no holes, also when a transaction in between is rolled back", async () => {
  const { database } = await databases.fresh();
  const take = () => database.transaction((tx) => takeNumber(tx, "ticket"));
  expect(await take()).toBe(1);
  await database
    .transaction(async (tx) => {
      await takeNumber(tx, "ticket");
      throw new Error("no ticket after all");
    })
    .catch(() => undefined);
  const numbers = await Promise.all([take(), take(), take()]);
  expect(numbers.sort()).toEqual([2, 3, 4]);
});

test("a client that resumes after a number misses no live event, however many writers there are", async () => {
  const { database } = await databases.fresh();
  const seen: number[] = [];
  const catchUp = async () => {
    for (const event of await readLiveEvents(database, seen.at(-1) ?? 0, 100)) seen.push(event.id);
  };
  const stop = await database.listen(LIVE_EVENT_CHANNEL, () => void catchUp());
  const append = (no: number) => database.transaction((tx) => appendLiveEvent(tx, eventOf(`T-${no}`)));
  await Promise.all(Array.from({ length: 20 }, (_, no) => append(no)));
  await expect.poll(() => new Set(seen).size).toBe(20);
  const [first] = await readLiveEvents(database, 0, 1);
  expect(first).toMatchObject({ id: 1, kind: "ticket", at: 1_770_000_000_000, unitPath: "town/north/" });
  await stop();
});

test("old live events can be forgotten, the newest stay", async () => {
  const { database } = await databases.fresh();
  for (const subject of ["a", "b", "c"]) await database.transaction((tx) => appendLiveEvent(tx, eventOf(subject)));
  expect(await trimLiveEvents(database, 1)).toBe(2);
  expect((await readLiveEvents(database, 0, 10)).map((event) => event.subject)).toEqual(["c"]);
});

test("an audit trail that nobody touched is whole", async () => {
  const { database } = await databases.fresh();
  await appendThree(database);
  expect(await verifyAudit(database)).toEqual({ entries: 3, firstFault: undefined });
});

test.each([
  ["changed", "update audit_entry set actor = 'somebody else' where no = 2", 2],
  ["removed", "delete from audit_entry where no = 2", 2],
  ["cut off at the end", "delete from audit_entry where no = 3", 3],
])("an audit entry that was %s shows", async (_, sql, firstFault) => {
  const { database } = await databases.fresh();
  await appendThree(database);
  await database.query(sql);
  expect((await verifyAudit(database)).firstFault).toBe(firstFault);
});

async function appendThree(database: Database): Promise<void> {
  for (const subject of ["T-1", "T-2", "T-3"])
    await database.transaction((tx) => appendAudit(tx, { ...ENTRY, subject }));
}
