import { loadConfig } from "../config/load.ts";
import { makeLogger } from "../config/log.ts";
import { startUp } from "../up.ts";
import { StopRequest } from "./signals.ts";

/** `nightflow up`: runs until it is told to stop; tells where the pages are, and the first administrator's link. */
export async function runUp(options: { readonly config?: string }): Promise<void> {
  const loaded = loadConfig(options.config);
  const { level, format } = loaded.config.log;
  const logger = makeLogger(level, "up", { format });
  const stop = new StopRequest();
  void stop.requested.then(() => logger.info("stopping"));
  const up = await startUp(loaded, logger, (reason) => {
    logger.fatal({ reason }, "nightflow up ends; start it again");
    process.exit(1);
  });
  stop.closeOnRequest(() => up.close());
  if (stop.isRequested) return;
  logger.info({ api: up.apiUrl, mqttPort: up.mqttPort, operate: up.operateUrl }, "nightflow up is ready");
  if (up.setupUrl !== null)
    process.stdout.write(`\nOpen this link once to make the first administrator:\n  ${up.setupUrl}\n\n`);
  process.send?.({ type: "ready", apiUrl: up.apiUrl, mqttPort: up.mqttPort, operateUrl: up.operateUrl });
}
