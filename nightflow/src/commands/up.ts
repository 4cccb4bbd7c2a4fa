import { loadConfig } from "../config/load.ts";
import { makeLogger } from "../config/log.ts";
import { startUp } from "../up.ts";
import { closeOnSignals } from "./signals.ts";

/** `nightflow up`: runs until it is told to stop. Prints one line of JSON with its addresses when it is ready. */
export async function runUp(options: { readonly config?: string }): Promise<void> {
  const loaded = loadConfig(options.config);
  const logger = makeLogger(loaded.config.log.level, "up");
  const up = await startUp(loaded, logger, (reason) => {
    logger.fatal({ reason }, "nightflow up ends; start it again");
    process.exit(1);
  });
  closeOnSignals(async () => {
    logger.info("closing");
    await up.close();
  });
  logger.info({ api: up.apiUrl, mqttPort: up.mqttPort }, "nightflow up is ready");
  if (up.setupUrl !== null)
    process.stdout.write(`\nOpen this link once to make the first administrator:\n  ${up.setupUrl}\n\n`);
  process.send?.({ type: "ready", apiUrl: up.apiUrl, mqttPort: up.mqttPort });
}
