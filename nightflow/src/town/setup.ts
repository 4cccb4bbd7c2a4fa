import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { SimulatorEndpoints, Town } from "@nightflow/simulators";
import { MAP_FILE } from "../registry/read-map.ts";
import { townAgentConfig } from "./agent-config.ts";
import { toCsv } from "./csv.ts";
import { townMap } from "./map.ts";
import { townRegistry } from "./registry.ts";

/** Agent of a simulated town, as `site/agent`. */
export const TOWN_AGENT = { site: "town", agent: "gw-1" } as const;

/** Writes the registry's files of a town: CSV, and its map. */
export function writeTownRegistry(town: Town, folder: string): void {
  mkdirSync(folder, { recursive: true });
  const tables = townRegistry(town, `${TOWN_AGENT.site}/${TOWN_AGENT.agent}`);
  for (const [name, rows] of Object.entries(tables)) writeFileSync(join(folder, `${name}.csv`), toCsv(rows));
  writeFileSync(join(folder, MAP_FILE), `${JSON.stringify(townMap(town))}\n`);
}

/** Writes what an agent of the town reads. */
export function writeTownAgentConfig(town: Town, endpoints: SimulatorEndpoints, path: string): void {
  writeFileSync(path, `${JSON.stringify(townAgentConfig(town, endpoints), null, 2)}\n`);
}

/** Writes all that a head-end and an agent need for a town: registry, and what the agent reads. */
export function writeTownSetup(town: Town, endpoints: SimulatorEndpoints, folder: string): void {
  writeTownRegistry(town, folder);
  writeTownAgentConfig(town, endpoints, join(folder, "agent-config.json"));
}
