import { testDatabase } from "@nightflow/storage/testing";
import { describe, expect, test } from "vitest";
import { cleanUpAfterEach, type Harness, type Person, startHarness, TEST_NOW } from "../testing/harness.ts";
import type { IntervalList } from "./wire.ts";

const databases = testDatabase();
cleanUpAfterEach();

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const GAP_FROM = TEST_NOW - 3 * DAY_MS;
const GAP_TO = GAP_FROM + 10 * HOUR_MS;
const SPAN = `from=${GAP_FROM}&to=${GAP_TO}`;
const URL = `/api/meters/N1/intervals?${SPAN}`;

/** The hotel uses 300 L/h by day and 100 at night, and was not read for ten hours three days ago. */
async function hotel(): Promise<Harness & { readonly collector: Person }> {
  const harness = await startHarness(databases);
  let counts = 1_000_000;
  for (let atMs = TEST_NOW - 70 * DAY_MS; atMs <= TEST_NOW; atMs += HOUR_MS) {
    if (atMs <= GAP_FROM || atMs >= GAP_TO) harness.store.add("N1.forward_total", atMs, counts);
    counts += new Date(atMs).getUTCHours() < 12 ? 300 : 100;
  }
  return { ...harness, collector: await harness.signIn("collector") };
}

const sumOf = (list: IntervalList, pick: "raw" | "validated" | "volume") =>
  Math.round(1000 * list.rows.reduce((sum, row) => sum + (row[pick] ?? 0), 0)) / 1000;

function edit(person: Person, body: object) {
  return person.post<IntervalList>("/api/meters/N1/edits", {
    from: GAP_FROM,
    to: GAP_TO,
    reason: "hotel was closed",
    ...body,
  });
}

describe("intervals of a meter", () => {
  test("show what was read, what was estimated and why, side by side", async () => {
    const { collector } = await hotel();
    const { body, status } = await collector.get<IntervalList>(URL);
    expect(status).toBe(200);
    expect(body).toMatchObject({ meter: "N1", unit: "m3", completeness: 0, version: 0, revisions: [] });
    expect(body.rows).toHaveLength(10);
    expect(body.rows.every((row) => row.raw === null && row.quality === "estimated" && row.method === "like_day")).toBe(
      true,
    );
    expect(body.rows.map((row) => row.validated)).toEqual(body.rows.map((row) => row.usual));
    expect(body.notes.map(({ rule }) => rule)).toEqual(["gap", "estimated_share"]);
    expect(body.notes[0]?.reason.en).toBe("9 readings are missing over 10 h");
  });

  test("of a meter in another region are not there", async () => {
    const { signIn } = await hotel();
    const north = await signIn("collector-north");
    expect((await north.get(`/api/meters/S1/intervals?${SPAN}`)).status).toBe(404);
    expect(
      (
        await north.post("/api/meters/S1/edits", {
          from: GAP_FROM,
          to: GAP_TO,
          method: "zero",
          reason: "no use",
          version: 0,
        })
      ).status,
    ).toBe(404);
  });

  test("of too long a span, or of none, are refused with what to do", async () => {
    const { collector } = await hotel();
    expect((await collector.get(`/api/meters/N1/intervals?from=0&to=${TEST_NOW}`)).body).toMatchObject({
      code: "REQUEST_INVALID",
    });
    expect((await collector.get(`/api/meters/N1/intervals?from=5&to=5`)).status).toBe(400);
  });
});

describe("an edit", () => {
  test("is the next version over the estimate, which stays below it, with who and why, audited", async () => {
    const { collector, db } = await hotel();
    const { body, status } = await edit(collector, { method: "linear", total: 1.005, version: 0 });
    expect(status).toBe(200);
    expect(sumOf(body, "volume")).toBe(1.005);
    expect(body.rows.map((row) => row.validated)).toEqual(body.rows.map((row) => row.usual));
    expect(body.rows.every((row) => row.quality === "edited" && row.version === 2)).toBe(true);
    expect(body.completeness).toBe(0);
    expect(body.revisions).toMatchObject([
      {
        no: 1,
        kind: "edit",
        method: "linear",
        actor: "collector",
        reason: "hotel was closed",
        since: 1.005,
        isUndone: false,
      },
    ]);
    const { rows } = await db.query(
      "select actor, action, subject, reason from audit_entry where action like 'interval.%'",
    );
    expect(rows).toEqual([{ actor: "collector", action: "interval.edit", subject: "N1", reason: "hotel was closed" }]);
  });

  test("counts in the meter's curve as what it is: not complete", async () => {
    const { collector } = await hotel();
    await edit(collector, { method: "linear", total: 1.005, version: 0 });
    const { body } = await collector.get<{ total: number; completeness: number }>(
      `/api/meters/N1/curve?${SPAN}&step=interval`,
    );
    expect(body.total).toBeCloseTo(1.005, 9);
    expect(body.completeness).toBe(0);
  });

  test("marks the reports that were made without it", async () => {
    const { collector, db, town } = await hotel();
    await db.query(
      `insert into report_run (id, kind, account_id, period_from, period_to, language, state, requested_at, finished_at, unit_id)
       select gen_random_uuid(), 'usage_curve', id, '2026-10-01', '2026-11-01', 'zh', 'done', $2, $2, unit_id from account where id = $1`,
      [town.accounts.hotel, new Date(TEST_NOW - 1)],
    );
    await edit(collector, { method: "zero", version: 0 });
    const { rows } = await db.query<{ newer_data_at: Date }>("select newer_data_at from report_run");
    expect(rows[0]?.newer_data_at.getTime()).toBe(TEST_NOW);
  });

  test("undone is one more version, and the estimate shows again", async () => {
    const { collector } = await hotel();
    const before = (await collector.get<IntervalList>(URL)).body;
    const [revision] = (await edit(collector, { method: "zero", version: 0 })).body.revisions;
    const undo = `/api/meters/N1/edits/${revision?.id}/undo?${SPAN}`;
    const { body } = await collector.post<IntervalList>(undo, { reason: "it was open after all" });
    expect(body.rows.map(({ volume }) => volume)).toEqual(before.rows.map(({ volume }) => volume));
    expect(body.rows.every(({ version, editId }) => version === 3 && editId === null)).toBe(true);
    expect(body.revisions.map(({ kind, isUndone }) => [kind, isUndone])).toEqual([
      ["undo", false],
      ["edit", true],
    ]);
    expect(await collector.post(undo, { reason: "once more" })).toMatchObject({
      status: 409,
      body: { code: "EDIT_UNDONE" },
    });
  });

  test("made from an older version is refused", async () => {
    const { collector } = await hotel();
    await edit(collector, { method: "zero", version: 0 });
    expect(await edit(collector, { method: "linear", version: 0 })).toMatchObject({
      status: 409,
      body: { code: "INTERVAL_VERSION", details: { latest: 1 } },
    });
  });

  test("by hand needs a volume for each interval that the register can show, a reason, and a span that is past", async () => {
    const { collector } = await hotel();
    expect((await edit(collector, { method: "manual", volumes: [1], version: 0 })).status).toBe(400);
    expect((await edit(collector, { method: "zero", version: 0, reason: " " })).status).toBe(400);
    expect((await edit(collector, { method: "zero", version: 0, to: TEST_NOW + DAY_MS })).status).toBe(400);
    const volumes = Array.from({ length: 10 }, (_, i) => i / 1000);
    const { body } = await edit(collector, { method: "manual", volumes, version: 0 });
    expect(body.rows.map(({ edited }) => edited)).toEqual(volumes);
  });

  test("of two people at once is one of theirs", async () => {
    const { collector, signIn } = await hotel();
    const admin = await signIn("admin");
    const answers = await Promise.all([
      edit(collector, { method: "zero", version: 0 }),
      edit(admin, { method: "linear", version: 0 }),
    ]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
  });

  test("needs the right, which readers of meters do not have", async () => {
    const { signIn } = await hotel();
    for (const login of ["desk", "auditor", "manager", "control"]) {
      const person = await signIn(login);
      expect((await person.get(URL)).status).toBe(200);
      expect(await edit(person, { method: "zero", version: 0 })).toMatchObject({
        status: 403,
        body: { code: "RIGHT_MISSING" },
      });
    }
  });
});
