import { join } from "node:path";
import type { Driver } from "../driver.ts";
import { OpcUaBus } from "./bus.ts";
import { faultsOfOpcUaBus } from "./faults.ts";
import { GapBook } from "./history/gap-book.ts";
import type { OpenLink } from "./link.ts";
import { OwnCertificates } from "./security/own-certificate.ts";
import { TrustList, trustFolder } from "./security/trust-list.ts";

/** OPC UA: one session with one subscription, or reads. */
export const opcUaDriver: Driver<"opcua"> = {
  kind: "opcua",
  faultsOf: faultsOfOpcUaBus,
  open: (bus, { channels, dataDir, clock, logger, collect, announce }) => {
    const fed = bus.items.flatMap((item) => {
      const channel = channels.get(item.channel);
      return channel === undefined ? [] : [{ name: item, item: { meter: item.meter, channel, scale: item.scale } }];
    });
    const trust = new TrustList(trustFolder(dataDir));
    const own = new OwnCertificates(dataDir);
    // The library takes 80 MB and a second to load: an agent without OPC UA never does.
    const links = { bus, names: fed.map(({ name }) => name), dataDir, trust, own, logger };
    const opener = lazily(async () => (await import("./session/node-link.ts")).nodeLinks(links));
    const openLink: OpenLink = async (listener) => (await opener())(listener);
    const gaps = new GapBook(join(dataDir, "opcua", "gaps"), bus.id);
    return new OpcUaBus({
      bus,
      items: fed.map(({ item }) => item),
      openLink,
      gaps,
      clock,
      logger,
      collect,
      announce,
    });
  },
};

function lazily<Value>(make: () => Promise<Value>): () => Promise<Value> {
  let made: Promise<Value> | undefined;
  return () => {
    made ??= make();
    return made;
  };
}
