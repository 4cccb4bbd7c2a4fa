import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import type { Database } from "../../relational/database.ts";
import { testDatabase } from "../../testing/postgres.ts";
import { registerRow, SAMPLE_START_MS } from "../../testing/reading-samples.ts";
import { columnsFrom } from "../reading-columns.ts";
import { CLAIM_MS, type Claim, claimInstants, endClaim, SAME_VALUES_MS } from "./intents.ts";

const postgres = testDatabase();
const CHANNEL = "M-1.forward_total";

/** Readings of one channel, a minute apart. */
const readings = (...counts: readonly bigint[]) =>
  columnsFrom(counts.map((count, i) => registerRow(CHANNEL, SAMPLE_START_MS + i * 60_000, count)));

const claim = (db: Database, columns: ReturnType<typeof readings>, owner = randomUUID()) =>
  claimInstants(db, columns, { owner, seenCommit: 0 });

/** As if the claims had been made so long ago. */
const age = (db: Database, ms: number) =>
  db.query("update feed_intent set held_until = held_until - $1 * interval '1 millisecond'", [ms]);

test("what a killed process had claimed is taken over after seconds by whoever brings the same values, and is lost to it", async () => {
  const { database: db } = await postgres.fresh();
  const killed = randomUUID();
  const left = (await claim(db, readings(1n, 2n, 3n), killed)) as Claim;
  expect(await claim(db, readings(1n, 2n))).toBe("rival");
  await age(db, SAME_VALUES_MS + 1000);
  expect(await claim(db, readings(1n, 2n))).toMatchObject({ hasOlder: true });
  expect(await endClaim(db, left.id, killed)).toBe(false);
});

test("another value for a claimed instant waits until the claim has run out, also for what is left of one taken over", async () => {
  const { database: db } = await postgres.fresh();
  await claim(db, readings(1n, 2n, 3n));
  await age(db, SAME_VALUES_MS + 1000);
  expect(await claim(db, readings(1n, 7n))).toBe("rival");
  expect(await claim(db, readings(1n))).toMatchObject({ hasOlder: true });
  expect(await claim(db, columnsFrom([registerRow(CHANNEL, SAMPLE_START_MS + 60_000, 7n)]))).toBe("rival");
  await age(db, CLAIM_MS);
  expect(await claim(db, readings(9n, 7n))).toMatchObject({ hasOlder: true });
});
