export * from "./config.ts";
export * from "./pure.ts";
