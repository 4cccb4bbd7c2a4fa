import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Driver } from "../driver.ts";
import { OpcUaBus } from "./bus.ts";
import { nodeLinks } from "./node-link.ts";

/** OPC UA: one session with one subscription. */
export const opcUaDriver: Driver<"opcua"> = {
  kind: "opcua",
  faultsOf: () => [],
  open: (bus, { channels, dataDir, clock, logger, collect }) => {
    const fed = bus.items.flatMap(({ meter, channel: id, scale, nodeId }) => {
      const channel = channels.get(id);
      return channel === undefined ? [] : [{ nodeId, item: { meter, channel, scale } }];
    });
    const pkiFolder = join(dataDir, "pki", bus.id.replaceAll(":", "_"));
    mkdirSync(pkiFolder, { recursive: true });
    const { endpointUrl, samplingMs, publishMs } = bus;
    const nodeIds = fed.map(({ nodeId }) => nodeId);
    const openLink = nodeLinks({ endpointUrl, samplingMs, publishMs, nodeIds, pkiFolder, logger });
    return new OpcUaBus({ bus, items: fed.map(({ item }) => item), openLink, clock, logger, collect });
  },
};
