import type { RuleRow } from "../../api/queries.ts";

type Parameter = RuleRow["parameters"][number];

/** Whether what somebody typed is a value that a parameter can have. */
export function isPossible({ least, most, isWhole }: Parameter, text: string): boolean {
  const value = Number(text.trim().replace(",", "."));
  if (text.trim() === "" || !Number.isFinite(value)) return false;
  return value >= least && value <= most && (!isWhole || Number.isInteger(value));
}

/** What was typed, as numbers; undefined while one of them is impossible. */
export function valuesOf(
  parameters: readonly Parameter[],
  texts: Readonly<Record<string, string>>,
): Readonly<Record<string, number>> | undefined {
  if (!parameters.every((parameter) => isPossible(parameter, texts[parameter.name] ?? ""))) return undefined;
  return Object.fromEntries(parameters.map(({ name }) => [name, Number((texts[name] ?? "").trim().replace(",", "."))]));
}
