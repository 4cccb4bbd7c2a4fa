export * from "./jobs/index.ts";
export * from "./ports.ts";
export * from "./relational/index.ts";
