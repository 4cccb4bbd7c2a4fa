import type { OpcUaBus } from "@nightflow/domain";
import {
  AttributeIds,
  type ClientSession,
  ClientSubscription,
  DataChangeFilter,
  DataChangeTrigger,
  type DataValue,
  DeadbandType,
  type NodeId,
  TimestampsToReturn,
} from "node-opcua-client";
import type { OpcUaSample } from "../link.ts";
import { badSample, nameOf, sampleOf, statusOf } from "./samples.ts";

/** A node that an item reads. */
export interface ItemNode {
  readonly item: number;
  readonly nodeId: NodeId;
}

/** A subscription that items can be added to. */
export interface Subscribed {
  monitor(nodes: readonly ItemNode[]): Promise<void>;
}

/** Who hears from it. */
interface SubscriptionListener {
  onSample(sample: OpcUaSample): void;
  onLost(why: string): void;
}

type SubscribedBus = Pick<OpcUaBus, "publishMs" | "samplingMs" | "queueSize" | "timeFrom">;

/** Makes a subscription on a session; items are added in portions that the server takes. */
export function subscribe(
  session: ClientSession,
  bus: SubscribedBus,
  itemsPerCall: number,
  listener: SubscriptionListener,
): Subscribed {
  const subscription = ClientSubscription.create(session, {
    requestedPublishingInterval: bus.publishMs,
    requestedLifetimeCount: Math.max(60, Math.ceil(60_000 / bus.publishMs)),
    requestedMaxKeepAliveCount: Math.max(5, Math.ceil(5000 / bus.publishMs)),
    maxNotificationsPerPublish: 0,
    publishingEnabled: true,
  });
  subscription.on("terminated", () => listener.onLost("the subscription was ended"));
  subscription.on("internal_error", (error: Error) => listener.onLost(`the subscription failed: ${error.message}`));
  return {
    async monitor(nodes) {
      for (let from = 0; from < nodes.length; from += itemsPerCall)
        await monitorSome(subscription, nodes.slice(from, from + itemsPerCall), bus, listener);
    },
  };
}

async function monitorSome(
  subscription: ClientSubscription,
  nodes: readonly ItemNode[],
  { samplingMs, queueSize, timeFrom }: SubscribedBus,
  listener: SubscriptionListener,
): Promise<void> {
  const asked = nodes.map(({ nodeId }) => ({ nodeId, attributeId: AttributeIds.Value }));
  // No deadband here: a server may compare with its last sample instead of its last report, and hide a slow rise. Time
  // stamps trigger too: a meter whose total stands still must not look stale.
  const filter = new DataChangeFilter({
    trigger: DataChangeTrigger.StatusValueTimestamp,
    deadbandType: DeadbandType.None,
    deadbandValue: 0,
  });
  const parameters = { samplingInterval: samplingMs, queueSize, discardOldest: true, filter };
  const stamps = timeFrom === "source" ? TimestampsToReturn.Source : TimestampsToReturn.Server;
  const group = await subscription.monitorItems(asked, parameters, stamps);
  group.on("changed", (_, value: DataValue, at: number) => {
    const item = nodes[at]?.item;
    if (item !== undefined) listener.onSample(sampleOf(item, value, timeFrom));
  });
  for (const [at, { statusCode }] of group.monitoredItems.entries()) {
    const item = nodes[at]?.item;
    if (item !== undefined && statusOf(statusCode) === "bad") listener.onSample(badSample(item, nameOf(statusCode)));
  }
}
