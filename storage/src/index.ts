export * from "./ports.ts";
export type { Database, Sql } from "./relational/database.ts";
