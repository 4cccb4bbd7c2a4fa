import type { SetAsideFilter } from "../ports.ts";

/** A condition on the table `set_aside`, and what stands for its numbers. */
export interface SetAsideCondition<Value> {
  /** `list = $1 and …` */
  readonly sql: string;
  readonly values: Value[];
}

/** How one database says when an entry was received, and what numbers it takes. */
export interface SetAsideDialect<Value> {
  readonly receivedAt: string;
  instant(atMs: number): Value;
  integer(value: number): Value;
  text(value: string): Value;
}

/** The condition of a filter in SQL; both stores keep the lists in a table of the same columns. */
export function conditionOf<Value>(filter: SetAsideFilter, dialect: SetAsideDialect<Value>): SetAsideCondition<Value> {
  const values: Value[] = [];
  const parts: string[] = [];
  const and = (words: string, value: Value) => {
    values.push(value);
    parts.push(`${words} $${values.length}`);
  };
  const { list, state, reasonCode, agent, channel, fromMs, toMs, ids, upToId, decision } = filter;
  and("list =", dialect.text(list));
  if (state === "open") parts.push("outcome is null");
  else if (state === "settled") parts.push("outcome is not null");
  else if (state !== undefined) and("outcome =", dialect.text(state));
  if (reasonCode !== undefined) and("reason_code =", dialect.text(reasonCode));
  if (agent !== undefined) and("agent =", dialect.text(agent));
  if (channel !== undefined) and("channel =", dialect.text(channel));
  if (fromMs !== undefined) and(`${dialect.receivedAt} >=`, dialect.instant(fromMs));
  if (toMs !== undefined) and(`${dialect.receivedAt} <`, dialect.instant(toMs));
  if (upToId !== undefined) and("id <=", dialect.integer(upToId));
  if (decision !== undefined) and("decision =", dialect.text(decision));
  if (ids !== undefined) parts.push(`id in (${listOf(ids)})`);
  return { sql: parts.join(" and "), values };
}

// Ids are whole numbers and stand in the text: neither database takes a list for one place of a condition the same way.
function listOf(ids: readonly number[]): string {
  const whole = ids.filter((id) => Number.isSafeInteger(id));
  return whole.length === 0 ? "null" : whole.join(", ");
}
