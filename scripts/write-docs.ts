import { mkdirSync, writeFileSync } from "node:fs";
import { AgentConfig } from "@nightflow/domain";
import { EdgeAgentConfig } from "@nightflow/edge-agent";
import { describeRegistry } from "@nightflow/storage";
import { z } from "zod";
import { NightflowConfig } from "../nightflow/src/config/schema.ts";
import { errorCodesPage } from "./error-codes.ts";
import { markdownOfSchema } from "./schema-to-markdown.ts";

const PAGES = [
  {
    file: "configuration.md",
    title: "nightflow.yaml",
    lead: "Every key of the head-end's configuration. All have defaults; a file with nothing in it is valid. Faults are listed all at once at the start.",
    schema: NightflowConfig,
  },
  {
    file: "agent.md",
    title: "The agent's own file",
    lead: "What an edge agent knows by itself: where the broker is, who it is, how much it may keep. What it reads is in its other file.",
    schema: EdgeAgentConfig,
  },
  {
    file: "agent-config.md",
    title: "What an agent reads",
    lead: "Buses, meters and channels: the payload of `nf/v1/{site}/{agent}/config`, and of the file that `configFile` names.",
    schema: AgentConfig,
  },
] as const;

const REGISTRY_LEAD =
  "The CSV files of `nightflow registry import DIR`; any may be absent. UTF-8, a header line, comma-separated. A cell that names a row of another file may also name one that is in the database already.";
const ERRORS_LEAD = "Codes are stable: read them out, search for them, branch on them. Messages may change.";
const FOOT = "Written by `npm run docs`.";

/** The pages of docs/reference, by file name. They are made from the schemas and classes that do the work. */
export function referencePages(): ReadonlyMap<string, string> {
  const schemas = PAGES.map(({ file, title, lead, schema }): [string, string] => {
    const table = markdownOfSchema(z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }));
    return [file, `# ${title}\n\n${lead}\n\n${table}\n\n${FOOT}\n`];
  });
  const registry = `# Registry files\n\n${REGISTRY_LEAD}\n\n${describeRegistry()}\n${FOOT}\n`;
  const errors = `# Error codes\n\n${ERRORS_LEAD}\n\n${errorCodesPage()}\n\n${FOOT}\n`;
  return new Map([...schemas, ["registry.md", registry], ["errors.md", errors]]);
}

if (import.meta.main) {
  const folder = new URL("../docs/reference/", import.meta.url);
  mkdirSync(folder, { recursive: true });
  for (const [file, text] of referencePages()) writeFileSync(new URL(file, folder), text);
}
