import swagger from "@fastify/swagger";
import { createJsonSchemaTransform, createJsonSchemaTransformObject } from "fastify-type-provider-zod";
import { apiSchemas } from "./schema.ts";
import type { ApiServer } from "./types.ts";

/** Describes every route of the API that is registered after it. */
export async function installOpenApi(app: ApiServer): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: "3.1.0",
      info: {
        title: "Nightflow",
        version: "1",
        description: "Meters, findings, tickets and reports of a water or gas utility.",
      },
      components: {
        securitySchemes: { session: { type: "apiKey", in: "cookie", name: "nightflow_session" } },
      },
      security: [{ session: [] }],
    },
    transform: createJsonSchemaTransform({ schemaRegistry: apiSchemas }),
    transformObject: (document) => withoutUnusedSchemas(toOpenApi(document)),
  });
}

const toOpenApi = createJsonSchemaTransformObject({ schemaRegistry: apiSchemas });

type Document = ReturnType<typeof toOpenApi>;

/** Every named schema comes out as an input and an output; only those that a route reaches stay. */
function withoutUnusedSchemas(document: Document): Document {
  if (!("components" in document) || document.components?.schemas === undefined) return document;
  const schemas = document.components.schemas as Record<string, unknown>;
  const used = new Set<string>();
  collectRefs(document.paths, schemas, used);
  const kept = Object.fromEntries(Object.entries(schemas).filter(([name]) => used.has(name)));
  return { ...document, components: { ...document.components, schemas: kept } } as Document;
}

function collectRefs(value: unknown, schemas: Record<string, unknown>, used: Set<string>): void {
  if (typeof value !== "object" || value === null) return;
  for (const [key, child] of Object.entries(value)) {
    if (key !== "$ref" || typeof child !== "string") collectRefs(child, schemas, used);
    else useSchema(child.slice(child.lastIndexOf("/") + 1), schemas, used);
  }
}

function useSchema(name: string, schemas: Record<string, unknown>, used: Set<string>): void {
  if (used.has(name)) return;
  used.add(name);
  collectRefs(schemas[name], schemas, used);
}
