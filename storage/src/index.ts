export * from "./ports.ts";
export * from "./relational/index.ts";
