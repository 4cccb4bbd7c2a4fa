export { faultsOfAgentConfig } from "./check-config.ts";
export { loadProfiles } from "./profiles/library.ts";
