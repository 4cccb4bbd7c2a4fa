import { testDatabase } from "@nightflow/storage/testing";
import { expect, test } from "vitest";
import { forgetOldEnrolment } from "./forget.ts";

const databases = testDatabase();

test("a request that its agent has given up makes room, one that waits stays, and so does a young decision", async () => {
  const { database: db } = await databases.fresh();
  const insert = (agent: string, askedDaysAgo: number, decidedDaysAgo: number | null) =>
    db.query(
      `insert into enrolment_request (id, site, agent, proof, request, asked_at, verdict, decided_at, change_no)
       values (gen_random_uuid(), 'town', $1, $1, 'request', now() - $2 * interval '1 day',
               case when $3::int is null then null else 'rejected' end, now() - $3::int * interval '1 day', 1)`,
      [agent, askedDaysAgo, decidedDaysAgo],
    );
  await insert("waits", 1, null);
  await insert("given-up", 8, null);
  await insert("decided", 60, 60);
  await insert("long-over", 100, 100);
  await forgetOldEnrolment(db);
  const { rows } = await db.query<{ agent: string }>("select agent from enrolment_request order by agent");
  expect(rows.map(({ agent }) => agent)).toEqual(["decided", "waits"]);
});
