import { StoreUnavailableError } from "@nightflow/domain";
import { expect, test } from "vitest";
import { silentLogger, testDatabase } from "../testing/postgres.ts";
import type { Database } from "./database.ts";
import { openDatabase } from "./pg-database.ts";
import { sqlStateOf } from "./pg-errors.ts";

const databases = testDatabase();

test("numbers come as numbers, days as text without a zone, instants as dates", async () => {
  const { database } = await databases.fresh();
  const { rows } = await database.query(
    `select 42::bigint as small, 9007199254740993::bigint as wide, 2.75::numeric as price,
            date '2026-03-01' as day, timestamptz '2026-03-01 00:00:00+08' as at, '{"a":[1]}'::jsonb as json`,
  );
  expect(rows[0]).toEqual({
    small: 42,
    wide: 9007199254740993n,
    price: 2.75,
    day: "2026-03-01",
    at: new Date("2026-02-28T16:00:00Z"),
    json: { a: [1] },
  });
});

test("a transaction that throws leaves nothing behind, and its error comes through as it was", async () => {
  const { database } = await databases.fresh();
  const own = new Error("changed my mind");
  const work = database.transaction(async (tx) => {
    await tx.query("update counter set value = 99 where name = 'ticket'");
    throw own;
  });
  await expect(work).rejects.toBe(own);
  const { rows } = await database.query("select value from counter where name = 'ticket'");
  expect(rows).toEqual([{ value: 0 }]);
});

test("a broken rule of the schema keeps its SQLSTATE and is not called an outage", async () => {
  const { database } = await databases.fresh();
  const error = await database.query("insert into counter values ('ticket', 1)").catch((caught: unknown) => caught);
  expect(sqlStateOf(error)).toBe("23505");
});

test("a database that cannot be reached is a retriable outage", async () => {
  const database = openDatabase({ url: "postgres://nobody:x@127.0.0.1:1/none", logger: silentLogger });
  await expect(database.query("select 1")).rejects.toThrow(StoreUnavailableError);
  await expect(database.transaction(async () => 1)).rejects.toThrow(StoreUnavailableError);
  await database.close();
});

test("a connection lost in the middle of a transaction is a retriable outage, and the next one works", async () => {
  const { database } = await databases.fresh();
  const work = database.transaction(async (tx) => {
    await tx.query("select pg_terminate_backend(pg_backend_pid())").catch(() => undefined);
    await tx.query("select 1");
  });
  await expect(work).rejects.toThrow(StoreUnavailableError);
  expect((await database.query("select 1 as one")).rows).toEqual([{ one: 1 }]);
});

test("a listener hears of what was committed, and nothing of what was rolled back", async () => {
  const { database } = await databases.fresh();
  const heard: string[] = [];
  const stop = await database.listen("town", (payload) => heard.push(payload));
  await database
    .transaction(async (tx) => {
      await tx.query("select pg_notify('town', 'rolled back')");
      throw new Error("no");
    })
    .catch(() => undefined);
  await database.query("select pg_notify('town', 'committed')");
  await expect.poll(() => heard).toEqual(["committed"]);
  await stop();
});

test("a listener whose connection is lost listens again and is told to look for what it missed", async () => {
  const { database } = await databases.fresh();
  const heard: string[] = [];
  await database.listen("town", (payload) => heard.push(payload));
  await cutListeners(database);
  await expect.poll(() => heard, { timeout: 10_000 }).toEqual([""]);
  await database.query("select pg_notify('town', 'again')");
  await expect.poll(() => heard).toEqual(["", "again"]);
});

async function cutListeners(database: Database): Promise<void> {
  await database.query(
    `select pg_terminate_backend(pid) from pg_stat_activity
     where datname = current_database() and query ilike 'listen%'`,
  );
}
