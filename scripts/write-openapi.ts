import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { openApiDocument } from "@nightflow/crm-api";
import { API_TYPES_FILE, apiTypesOf } from "@nightflow/dashboards/api-types";

// Writes the types that the pages use of the HTTP API, from the routes as they are in the code now.
const file = join(import.meta.dirname, "..", API_TYPES_FILE);
mkdirSync(dirname(file), { recursive: true });
writeFileSync(file, await apiTypesOf(await openApiDocument()));
