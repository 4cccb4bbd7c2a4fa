import type { Database, Sql } from "@nightflow/storage";
import { expect, test } from "vitest";
import { transactionWithRetry } from "./retry.ts";

const NO_SQL = {} as Sql;

function database(): Database {
  return { transaction: (work: (tx: Sql) => Promise<unknown>) => work(NO_SQL) } as Database;
}

function failing(times: number, code: string) {
  let runs = 0;
  const work = async () => {
    if (++runs <= times) throw Object.assign(new Error("undone"), { code });
    return runs;
  };
  return { work, runs: () => runs };
}

test("a transaction that lost a deadlock is run again", async () => {
  expect(await transactionWithRetry(database(), failing(2, "40P01").work)).toBe(3);
});

test("it is not run for ever, and any other error comes at once", async () => {
  const unlucky = failing(99, "40P01");
  await expect(transactionWithRetry(database(), unlucky.work)).rejects.toThrow("undone");
  expect(unlucky.runs()).toBe(4);
  const wrong = failing(99, "23505");
  await expect(transactionWithRetry(database(), wrong.work)).rejects.toThrow("undone");
  expect(wrong.runs()).toBe(1);
});
