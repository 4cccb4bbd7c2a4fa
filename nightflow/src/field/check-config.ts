import type { AgentConfig, ConfigFault } from "@nightflow/domain";

/**
 * What is wrong with an agent's configuration that only the agent's own drivers and profiles know. They are loaded with
 * the first question: most processes never ask.
 */
export async function checkConfigAsTheAgentDoes(config: AgentConfig): Promise<readonly ConfigFault[]> {
  const { faultsOfAgentConfig, loadProfiles } = await import("@nightflow/edge-agent/check");
  return faultsOfAgentConfig(config, loadProfiles()).map((message) => ({ path: pathOf(config, message), message }));
}

/** The agent names buses and profiles by their ids; the platform by their place in the document. */
function pathOf({ buses, profiles = [] }: AgentConfig, message: string): string {
  const [, kind, id] = /^(bus|profile) ([^\s,:]+)/.exec(message) ?? [];
  const at = kind === "bus" ? buses.findIndex((bus) => bus.id === id) : profiles.findIndex(({ name }) => name === id);
  if (at < 0) return "config";
  return `${kind === "bus" ? "buses" : "profiles"}.${at}`;
}
