import { stepDrops } from "@nightflow/analytics/pure";
import { newId } from "@nightflow/domain";
import type { ReadingStore, Sql } from "@nightflow/storage";
import type { Principal } from "../access/principal.ts";
import { inScope, type Scope } from "../access/scope.ts";
import type { ApiDeps } from "../deps.ts";
import { BadRequestProblem, ConflictProblem, NotFoundProblem } from "../http/problems.ts";
import { pointsOfDmas } from "../meters/points.ts";
import { usageSeries } from "../meters/usage.ts";
import { epochMs, SqlFilter } from "../sql/filter.ts";
import { transactionWithRetry } from "../sql/retry.ts";
import { recordAudit } from "../system/record.ts";
import type { NewStep, NewStepTest, StepTest } from "./step-test-wire.ts";

type Deps = Pick<ApiDeps, "db" | "store" | "clock">;

/** How far a person's clock may be ahead of ours. */
const CLOCK_SLACK_MS = 5 * 60_000;
const MOST_TESTS = 10;
const MOST_STEPS = 100;
const MARGIN_MS = 3 * 3_600_000;
const LONGEST_MS = 3 * 86_400_000;

interface StepSqlRow {
  id: string;
  sub_zone: string;
  closed_at: number;
  opened_at: number | null;
}

interface TestSqlRow {
  id: string;
  dma_id: string;
  note: string;
  made_by: string;
  made_at: number;
  steps: StepSqlRow[];
}

const TESTS = `select t.id, t.dma_id, t.note, u.display_name as made_by, ${epochMs("t.made_at")} as made_at,
    coalesce((select jsonb_agg(jsonb_build_object('id', s.id, 'sub_zone', s.sub_zone, 'closed_at', ${epochMs("s.closed_at")},
                'opened_at', ${epochMs("s.opened_at")}) order by s.closed_at)
       from step_test_step s where s.test_id = t.id), '[]') as steps
  from step_test t join app_user u on u.id = t.made_by`;

/** The last step tests of a district with what each valve took. @throws {NotFoundProblem} when the scope has no such district. */
export async function listStepTests({ db, store }: Deps, scope: Scope, dmaId: string): Promise<StepTest[]> {
  await unitOfDistrict(db, scope, dmaId);
  const { rows } = await db.query<TestSqlRow>(
    `${TESTS} where t.dma_id = $1 order by t.made_at desc, t.id desc limit ${MOST_TESTS}`,
    [dmaId],
  );
  const tests: StepTest[] = [];
  for (const row of rows) tests.push(await toStepTest(db, store, row));
  return tests;
}

/**
 * Records a step test of a district.
 *
 * @throws {NotFoundProblem} when the scope has no such district.
 * @throws {BadRequestProblem} when a valve was turned in the future, or the test is longer than three days.
 */
export async function makeStepTest(deps: Deps, by: Principal, dmaId: string, test: NewStepTest): Promise<StepTest> {
  const id = newId();
  await transactionWithRetry(deps.db, async (tx) => {
    const unitId = await unitOfDistrict(tx, by.scope, dmaId);
    const madeAt = new Date(deps.clock.now());
    await tx.query(
      "insert into step_test (id, dma_id, note, unit_id, made_by, made_at) values ($1, $2, $3, $4, $5, $6)",
      [id, dmaId, test.note, unitId, by.userId, madeAt],
    );
    for (const step of test.steps) await insertStep(tx, deps, by, id, step);
    await recordAudit(tx, deps.clock, by, {
      action: "step_test.make",
      kind: "dma",
      subject: dmaId,
      after: { id, ...test },
    });
  });
  return loadStepTest(deps, id);
}

/** Adds a valve to a step test. @throws {NotFoundProblem} when the scope has no such test. */
export async function addStepTo(deps: Deps, by: Principal, id: string, step: NewStep): Promise<StepTest> {
  await transactionWithRetry(deps.db, async (tx) => {
    const dmaId = await lockTest(tx, by.scope, id);
    await insertStep(tx, deps, by, id, step);
    await recordAudit(tx, deps.clock, by, {
      action: "step_test.step",
      kind: "dma",
      subject: dmaId,
      after: { id, ...step },
    });
  });
  return loadStepTest(deps, id);
}

/** Takes a valve that was written down by mistake out of a step test. */
export async function removeStep(deps: Deps, by: Principal, id: string, stepId: string): Promise<StepTest> {
  await transactionWithRetry(deps.db, async (tx) => {
    const dmaId = await lockTest(tx, by.scope, id);
    const { rows } = await tx.query<{ sub_zone: string; closed_at: Date }>(
      "delete from step_test_step where id = $1 and test_id = $2 returning sub_zone, closed_at",
      [stepId, id],
    );
    if (rows[0] === undefined) throw new NotFoundProblem("step", stepId);
    const before = { id, subZone: rows[0].sub_zone, closedAt: rows[0].closed_at.getTime() };
    await recordAudit(tx, deps.clock, by, { action: "step_test.remove_step", kind: "dma", subject: dmaId, before });
  });
  return loadStepTest(deps, id);
}

async function insertStep(tx: Sql, { clock }: Deps, by: Principal, testId: string, step: NewStep): Promise<void> {
  const nowMs = clock.now();
  const { subZone, openedAt } = step;
  const closedAt = step.closedAt > nowMs && step.closedAt <= nowMs + CLOCK_SLACK_MS ? nowMs : step.closedAt;
  if (Math.max(closedAt, openedAt ?? 0) > nowMs)
    throw new BadRequestProblem("a valve cannot have been turned in the future");
  const { rows } = await tx.query<{ from: number | null; to: number | null; steps: number }>(
    `select ${epochMs("min(closed_at)")} as from, ${epochMs("max(closed_at)")} as to, count(*)::int as steps
       from step_test_step where test_id = $1`,
    [testId],
  );
  const { from = null, to = null, steps = 0 } = rows[0] ?? {};
  if (steps >= MOST_STEPS) throw new BadRequestProblem(`a step test has at most ${MOST_STEPS} valves`);
  if (Math.max(closedAt, to ?? closedAt) - Math.min(closedAt, from ?? closedAt) > LONGEST_MS)
    throw new BadRequestProblem("a step test lasts three days at most", { remedy: "record another test" });
  const { rows: made } = await tx.query(
    `insert into step_test_step (id, test_id, sub_zone, closed_at, opened_at, made_by, made_at)
     values ($1, $2, $3, $4, $5, $6, $7) on conflict (test_id, closed_at) do nothing returning id`,
    [
      newId(),
      testId,
      subZone,
      new Date(closedAt),
      openedAt === undefined ? null : new Date(openedAt),
      by.userId,
      new Date(nowMs),
    ],
  );
  if (made.length === 0)
    throw new ConflictProblem("STEP_TEST_TIME_TAKEN", "another sub-zone of this test was closed at this instant", {
      remedy: "what one valve took can only be told when they are turned one after the other",
    });
}

async function unitOfDistrict(sql: Sql, scope: Scope, dmaId: string): Promise<string> {
  const filter = new SqlFilter();
  filter.and(`d.id = ${filter.value(dmaId)}`).and(inScope(filter, scope, "d.unit_id"));
  const { rows } = await sql.query<{ unit_id: string }>(`select d.unit_id from dma d ${filter.where}`, filter.values);
  if (rows[0] === undefined) throw new NotFoundProblem("district", dmaId);
  return rows[0].unit_id;
}

async function lockTest(tx: Sql, scope: Scope, id: string): Promise<string> {
  const filter = new SqlFilter();
  filter.and(`t.id = ${filter.value(id)}`).and(inScope(filter, scope, "t.unit_id"));
  const { rows } = await tx.query<{ dma_id: string }>(
    `select t.dma_id from step_test t ${filter.where} for update of t`,
    filter.values,
  );
  if (rows[0] === undefined) throw new NotFoundProblem("step test", id);
  return rows[0].dma_id;
}

async function loadStepTest({ db, store }: Deps, id: string): Promise<StepTest> {
  const { rows } = await db.query<TestSqlRow>(`${TESTS} where t.id = $1`, [id]);
  if (rows[0] === undefined) throw new NotFoundProblem("step test", id);
  return toStepTest(db, store, rows[0]);
}

async function toStepTest(sql: Sql, store: ReadingStore, row: TestSqlRow): Promise<StepTest> {
  const { id, dma_id: dmaId, note, made_by: madeBy, made_at: madeAt } = row;
  const drops = await dropsOf(sql, store, row);
  const steps = new Map(row.steps.map((step) => [step.id, step]));
  return {
    ...{ id, dmaId, note, madeBy, madeAt },
    steps: drops.flatMap(({ intervals: [intervalsBefore, intervalsAfter], ...drop }) => {
      const step = steps.get(drop.id);
      if (step === undefined) return [];
      const told = { subZone: step.sub_zone, closedAt: step.closed_at, openedAt: step.opened_at };
      return [{ ...drop, ...told, intervalsBefore, intervalsAfter }];
    }),
  };
}

async function dropsOf(sql: Sql, store: ReadingStore, { dma_id, steps }: TestSqlRow) {
  const closings = steps.map((step) => step.closed_at);
  const valves = steps.map((step) => ({
    id: step.id,
    subZone: step.sub_zone,
    closedAtMs: step.closed_at,
    openedAtMs: step.opened_at,
  }));
  if (valves.length === 0) return [];
  const [fromMs, toMs] = [Math.min(...closings) - MARGIN_MS, Math.max(...closings) + MARGIN_MS];
  const series = await usageSeries(store, await pointsOfDmas(sql, [dma_id]), fromMs, toMs);
  if (series === null) return stepDrops({ fromMs, stepMs: MARGIN_MS, flowsM3h: [] }, valves);
  const hours = series.stepMs / 3_600_000;
  return stepDrops({ ...series, flowsM3h: series.volumesM3.map((volume) => volume / hours) }, valves);
}
