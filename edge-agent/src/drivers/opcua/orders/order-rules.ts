import type { OpcUaCommand } from "@nightflow/domain";
import type { LocatedNode } from "../link.ts";

/** `$1` … `$9` of a text, by what the `*` of a path stood for. */
export function filled(template: string, captures: readonly string[], as = (capture: string) => capture): string {
  return template.replaceAll(/\$(\d)/g, (_, number) => as(captures[Number(number) - 1] ?? ""));
}

/** A path whose `$1` are filled by names: what is special in a pattern stands for itself in a name. */
export function filledPath(template: string, captures: readonly string[]): string {
  return filled(template, captures, (capture) => capture.replaceAll(/[\\/*?]/g, "\\$&"));
}

/** The rules that a command of a meter may mean: those that name the meter, else those with a pattern. */
export function rulesFor(commands: readonly OpcUaCommand[], meter: string, command: string): readonly OpcUaCommand[] {
  const named = commands.filter((rule) => rule.command === command);
  const own = named.filter((rule) => rule.meter === meter);
  return own.length > 0 ? own : named.filter((rule) => rule.meter.includes("$"));
}

/** The nodes among some that are this meter's. */
export function nodesOf(rule: OpcUaCommand, meter: string, nodes: readonly LocatedNode[]): readonly LocatedNode[] {
  return nodes.filter(({ captures }) => filled(rule.meter, captures) === meter);
}
