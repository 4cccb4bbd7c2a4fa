/** The part of JSON Schema that zod writes and this page reads. */
interface JsonSchema {
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly unit?: string;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly additionalProperties?: JsonSchema | boolean;
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, JsonSchema>>;
}

interface Row {
  readonly key: string;
  readonly kind: string;
  readonly fallback: string;
  readonly text: string;
}

/** A table of every key below a schema: its path, kind and range, default, and what it is for. */
export function markdownOfSchema(root: unknown): string {
  const rows = [...rowsOf(root as JsonSchema, "", root as JsonSchema)];
  const lines = rows.map((row) => `| \`${row.key}\` | ${row.kind} | ${row.fallback} | ${row.text} |`);
  return ["| key | kind | default | |", "|---|---|---|---|", ...lines].join("\n");
}

function* rowsOf(schema: JsonSchema, path: string, root: JsonSchema): Generator<Row> {
  const resolved = resolve(schema, root);
  for (const variant of resolved.oneOf ?? resolved.anyOf ?? []) yield* rowsOf(variant, path, root);
  if (resolved.items !== undefined) yield* rowsOf(resolved.items, `${path}[]`, root);
  for (const [name, raw] of Object.entries(resolved.properties ?? {})) {
    const property = { ...resolve(raw, root), ...described(raw) };
    const key = path === "" ? name : `${path}.${name}`;
    if (!isGroup(property)) yield rowOf(key, property, resolved.required?.includes(name) === true);
    yield* rowsOf(property, key, root);
  }
}

function described(schema: JsonSchema): JsonSchema {
  return schema.description === undefined ? {} : { description: schema.description };
}

function resolve(schema: JsonSchema, root: JsonSchema): JsonSchema {
  if (schema.$ref === undefined) return schema;
  const name = schema.$ref.replace("#/$defs/", "");
  return schema.$ref === "#" ? root : (root.$defs?.[name] ?? {});
}

function isGroup(schema: JsonSchema): boolean {
  return schema.properties !== undefined;
}

function rowOf(key: string, schema: JsonSchema, isRequired: boolean): Row {
  const unit = schema.unit === undefined ? "" : ` (${schema.unit})`;
  const fallback =
    schema.default === undefined ? (isRequired ? "required" : "") : `\`${JSON.stringify(schema.default)}\``;
  return {
    key,
    kind: kindOf(schema),
    fallback: fallback.replaceAll("|", "\\|"),
    text: `${schema.description ?? ""}${unit}`.replaceAll("|", "\\|"),
  };
}

function kindOf(schema: JsonSchema): string {
  if (schema.const !== undefined) return `\`${JSON.stringify(schema.const)}\``;
  if (schema.enum !== undefined) return schema.enum.map((value) => `\`${String(value)}\``).join(", ");
  if (schema.items !== undefined) return "list";
  const type = Array.isArray(schema.type) ? schema.type.join(" or ") : (schema.type ?? "");
  const { minimum, maximum } = schema;
  if (minimum === undefined && maximum === undefined) return String(type);
  return `${String(type)} ${minimum ?? ""}…${maximum === Number.MAX_SAFE_INTEGER || maximum === undefined ? "" : maximum}`;
}
