import { mkdirSync, writeFileSync } from "node:fs";
import { AgentConfig } from "@nightflow/domain";
import { EdgeAgentConfig } from "@nightflow/edge-agent";
import { z } from "zod";
import { NightflowConfig } from "../nightflow/src/config/schema.ts";
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

/** The pages of docs/reference, by file name. They are made from the schemas that check the configuration. */
export function referencePages(): ReadonlyMap<string, string> {
  return new Map(
    PAGES.map(({ file, title, lead, schema }) => {
      const table = markdownOfSchema(z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }));
      return [file, `# ${title}\n\n${lead}\n\n${table}\n\nWritten by \`npm run docs\`.\n`];
    }),
  );
}

if (import.meta.main) {
  const folder = new URL("../docs/reference/", import.meta.url);
  mkdirSync(folder, { recursive: true });
  for (const [file, text] of referencePages()) writeFileSync(new URL(file, folder), text);
}
