/**
 * SQL of open findings with what their water is worth, once: all that is found about one subject goes through one meter (CONT_FLOW,
 * FLOOR_RISE and USAGE_CHANGE of a home, NIGHT_MIN and DMA_LOSS of a district), so the dearest finding of it counts. Gives rows of `by`
 * with their `money`; sum over them.
 */
export function moneyOnce(by: string, where: string): string {
  return `select ${by}, max(a.money_per_day) as money
            from anomaly a ${where} group by ${by}, a.subject_kind, a.subject`;
}
