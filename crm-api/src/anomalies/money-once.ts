/**
 * SQL of open findings with what each leak is worth, once: rules of one cause group about one subject see the same water (NIGHT_MIN and
 * DMA_LOSS of a district, CONT_FLOW and FLOOR_RISE of a home), so the dearest of them counts. Gives rows of `by`, the number of findings as
 * `count` and their `money`; sum over them.
 */
export function moneyOnce(by: string, where: string): string {
  return `select ${by}, count(*)::int as count, max(a.money_per_day) as money
            from anomaly a ${where} group by ${by}, a.cause_group, a.subject_kind, a.subject`;
}
