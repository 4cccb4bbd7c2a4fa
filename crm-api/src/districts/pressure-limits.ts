import { tuningOfSettings, tuningWith } from "@nightflow/analytics/pure";
import { loadRuleSettings, notifyRegistry, type Sql } from "@nightflow/storage";
import { z } from "zod";
import type { Principal } from "../access/principal.ts";
import { inScope, type Scope } from "../access/scope.ts";
import type { ApiDeps } from "../deps.ts";
import { BadRequestProblem, NotFoundProblem } from "../http/problems.ts";
import { named } from "../http/schema.ts";
import { SqlFilter } from "../sql/filter.ts";
import { transactionWithRetry } from "../sql/retry.ts";
import { recordAudit } from "../system/record.ts";

const KPa = z.number().min(0).max(2500);
const limit = (description: string) => KPa.nullable().meta({ description, unit: "kPa" });

/** Pressure limits of a district's gauges, with the rules' that hold where it has none of its own. */
export const PressureLimits = named(
  "PressureLimits",
  z.strictObject({
    lowKpa: limit("Least pressure; null: the limit of PRESS_LOW."),
    highKpa: limit("Most pressure; null: the limit of PRESS_HIGH."),
    ruleLowKpa: KPa.meta({ description: "Limit of PRESS_LOW as it is set now.", unit: "kPa" }),
    ruleHighKpa: KPa.meta({ description: "Limit of PRESS_HIGH as it is set now.", unit: "kPa" }),
  }),
);
export type PressureLimits = z.infer<typeof PressureLimits>;

/** New limits of a district; null puts the rule's back. */
export const NewPressureLimits = z.strictObject({
  lowKpa: limit("Least pressure."),
  highKpa: limit("Most pressure."),
  reason: z.string().trim().min(1).max(500).meta({ description: "Why; kept in the audit trail." }),
});

interface LimitsRow {
  readonly low: number | null;
  readonly high: number | null;
}

/** The pressure limits of a district. @throws {NotFoundProblem} when the scope has no such district. */
export async function pressureLimits(sql: Sql, scope: Scope, dmaId: string): Promise<PressureLimits> {
  const { low, high } = await limitsOf(sql, scope, dmaId);
  const { PRESS_LOW, PRESS_HIGH } = tuningWith(tuningOfSettings(await loadRuleSettings(sql)));
  return { lowKpa: low, highKpa: high, ruleLowKpa: PRESS_LOW.limitKPa, ruleHighKpa: PRESS_HIGH.limitKPa };
}

/**
 * Sets the pressure limits of a district; its gauges are judged by them from the next reading on.
 *
 * @throws {NotFoundProblem} when the scope has no such district.
 * @throws {BadRequestProblem} when the least would not be below the most, the rule's counted where there is none.
 */
export async function setPressureLimits(
  deps: Pick<ApiDeps, "db" | "clock">,
  by: Principal,
  dmaId: string,
  { lowKpa, highKpa, reason }: z.infer<typeof NewPressureLimits>,
): Promise<PressureLimits> {
  await transactionWithRetry(deps.db, async (tx) => {
    const before = await pressureLimits(tx, by.scope, dmaId);
    const [least, most] = [lowKpa ?? before.ruleLowKpa, highKpa ?? before.ruleHighKpa];
    if (least >= most)
      throw new BadRequestProblem(`the least pressure (${least} kPa) must be below the most (${most} kPa)`);
    await tx.query("update dma set pressure_low_kpa = $2, pressure_high_kpa = $3 where id = $1", [
      dmaId,
      lowKpa,
      highKpa,
    ]);
    await recordAudit(tx, deps.clock, by, {
      action: "district.pressure_limits",
      kind: "dma",
      subject: dmaId,
      before: { lowKpa: before.lowKpa, highKpa: before.highKpa },
      after: { lowKpa, highKpa },
      reason,
    });
    await notifyRegistry(tx);
  });
  return pressureLimits(deps.db, by.scope, dmaId);
}

async function limitsOf(sql: Sql, scope: Scope, dmaId: string): Promise<LimitsRow> {
  const filter = new SqlFilter();
  filter.and(`d.id = ${filter.value(dmaId)}`).and(inScope(filter, scope, "d.unit_id"));
  const { rows } = await sql.query<LimitsRow>(
    `select d.pressure_low_kpa as low, d.pressure_high_kpa as high from dma d ${filter.where}`,
    filter.values,
  );
  if (rows[0] === undefined) throw new NotFoundProblem("district", dmaId);
  return rows[0];
}
