import { mkdirSync, writeFileSync } from "node:fs";
import { dashboardFile } from "./src/dashboard.ts";

// Run after a change of the sources; a test fails while the file is not what the sources make.
const folder = new URL("./generated/", import.meta.url);
mkdirSync(folder, { recursive: true });
writeFileSync(new URL("nightflow.json", folder), dashboardFile());
