import openapiTS, { astToString, type OpenAPI3 } from "openapi-typescript";

const HEAD = `/**
 * Types of the HTTP API, made from its OpenAPI document by scripts/write-openapi.ts. Do not edit; run
 * \`node_modules/.bin/node scripts/write-openapi.ts\` after a route has changed.
 */
`;

/** Where the pages keep these types, from the root of the workspace. */
export const API_TYPES_FILE = "dashboards/web/src/api/generated/schema.d.ts";

/** TypeScript types of an API, from its OpenAPI document. */
export async function apiTypesOf(document: object): Promise<string> {
  const tree = await openapiTS(structuredClone(document) as OpenAPI3, { defaultNonNullable: true });
  return `${HEAD}\n${astToString(tree)}`;
}
