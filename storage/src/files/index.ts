export { findFile, recordFile } from "./file-record.ts";
export * from "./file-store.ts";
