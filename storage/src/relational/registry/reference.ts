import { TABLES, type TableSpec } from "./tables.ts";

/** The columns of every registry file as Markdown, made of the very schemas that read them. */
export function describeRegistry(): string {
  return TABLES.map(describeTable).join("\n");
}

function describeTable(spec: TableSpec): string {
  const rows = Object.entries(spec.columns).map(([name, { description, words, isRequired, refersTo }]) => {
    const key = name === spec.key ? " (key)" : "";
    const target = refersTo === undefined ? "" : ` → \`${refersTo}.csv\``;
    return `| \`${name}\`${key} | ${isRequired ? "yes" : ""} | ${description} | ${words}${target} |`;
  });
  const head = ["| column | required | what | allowed |", "|---|---|---|---|"];
  return [`## ${spec.name}.csv`, "", spec.description, "", ...head, ...rows, ""].join("\n");
}
