import { ForbiddenProblem } from "../http/problems.ts";
import type { SqlFilter } from "../sql/filter.ts";

/** What part of the organisation a person sees: every unit whose path starts with `path`. */
export interface Scope {
  /** Path of the person's own unit, `town/north/`. */
  readonly path: string;
  /** True when that unit is the root: nothing is hidden. */
  readonly isWhole: boolean;
}

/**
 * The condition that keeps a query inside a scope, for a column that holds a unit's id.
 * Every query over business rows has it; what is outside is not found, by list or by id.
 */
export function inScope(filter: SqlFilter, scope: Scope, unitIdColumn: string): string {
  return `${unitIdColumn} in (select id from org_unit where starts_with(path, ${filter.value(scope.path)}))`;
}

/** Whether a unit's path lies in a scope, for rows that carry the path itself (live events). */
export function isPathInScope(scope: Scope, unitPath: string): boolean {
  return unitPath.startsWith(scope.path);
}

/**
 * Refuses what belongs to no unit (jobs) to people who see a part only.
 *
 * @throws {ForbiddenProblem} when the scope is not the whole organisation.
 */
export function requireWholeScope(scope: Scope, what: string): void {
  if (scope.isWhole) return;
  throw new ForbiddenProblem(`${what} belong to no region, and you see the region ${scope.path} only`, {
    remedy: "ask someone whose account is bound to the whole utility",
  });
}
