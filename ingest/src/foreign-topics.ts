import { createHash } from "node:crypto";
import { decodeDevicePayload, describeError, parseDeviceTopic, TOPIC_ROOT, WireError } from "@nightflow/domain";
import type { Logger } from "pino";
import type { CheckedBatch } from "./checked-batch.ts";
import { checkDevice, type DeviceReadings } from "./devices/device-payload.ts";
import { brokenPayload, type ReadingContext } from "./payload-check.ts";
import type { PublishCommand } from "./ports.ts";
import { deadLetter, type Reason } from "./reasons.ts";
import { EdgeNodes } from "./sparkplug/edge-nodes.ts";
import { decodeSparkplug, encodeRebirthCommand } from "./sparkplug/payload.ts";
import { nodeCommandTopic, parseSparkplugTopic, type SparkplugTopic, sparkplugSource } from "./sparkplug/topic.ts";

/** A payload of a device that is not our agent, taken apart once. */
export interface ForeignPayload {
  /** Whose turn it is when many wait. */
  readonly lane: string;
  /** Names the payload among those that came. */
  readonly key: string;
  readonly readings: DeviceReadings;
  /** Why it is set aside as a whole. */
  readonly broken: Reason | null;
  readonly sparkplug: SparkplugTopic | null;
}

/** What the topics of devices need. */
export interface ForeignTopicsDeps {
  readonly publishCommand?: PublishCommand | undefined;
  readonly now: () => number;
  readonly logger: Logger;
  readonly rebirthEveryMs: number;
}

/** Topics outside `nf/` that carry readings: plain JSON of devices, and Sparkplug B. */
export class ForeignTopics {
  readonly nodes: EdgeNodes;
  readonly #deps: ForeignTopicsDeps;

  constructor(deps: ForeignTopicsDeps) {
    this.#deps = deps;
    this.nodes = new EdgeNodes((node, why) => this.#askForRebirth(node, why), deps.rebirthEveryMs);
  }

  /** Whether a topic carries readings of devices. */
  takes(topic: string): boolean {
    return parseDeviceTopic(topic) !== undefined || parseSparkplugTopic(topic) !== undefined;
  }

  /** Takes a payload apart; undefined when the topic is not one of these. Call it once for each message. */
  open(topic: string, payload: Uint8Array | string): ForeignPayload | undefined {
    // Almost every message is an agent's.
    if (topic.startsWith(TOPIC_ROOT)) return undefined;
    const device = parseDeviceTopic(topic);
    const sparkplug = parseSparkplugTopic(topic);
    if (device === undefined && sparkplug === undefined) return undefined;
    const source = device ? `dev/${device.site}/${device.device}` : sparkplugSource(sparkplug as SparkplugTopic);
    const lane = sparkplug === undefined ? source : sparkplugSource({ ...sparkplug, device: null });
    const key = `${topic} ${createHash("sha256").update(payload).digest("base64")}`;
    const opened = { lane, key, sparkplug: sparkplug ?? null };
    try {
      const bytes = typeof payload === "string" ? Buffer.from(payload) : payload;
      const readings = sparkplug
        ? this.nodes.read(sparkplug, decodeSparkplug(bytes))
        : { source, items: decodeDevicePayload(payload) };
      return { ...opened, readings, broken: null };
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      const code = sparkplug ? "NOT_SPARKPLUG" : "NOT_A_DEVICE_PAYLOAD";
      return { ...opened, readings: { source, items: [] }, broken: deadLetter(code, describeError(error)) };
    }
  }

  /** A message was not stored: a Sparkplug node sends it with QoS 0 and never again, so its state is asked for. */
  lost({ sparkplug }: ForeignPayload): void {
    if (sparkplug !== null) this.nodes.lost(sparkplug);
  }

  #askForRebirth(node: Pick<SparkplugTopic, "group" | "node">, why: string): void {
    const { publishCommand, now, logger } = this.#deps;
    logger.warn({ ...node, why }, "a Sparkplug node is asked for its birth certificates");
    publishCommand?.(nodeCommandTopic(node), encodeRebirthCommand(now())).catch((error: unknown) =>
      logger.warn({ ...node, reason: describeError(error) }, "the rebirth command was not published"),
    );
  }
}

/** The readings of a device's payload, looked at one by one. */
export function checkForeign(
  { lane, readings, broken }: ForeignPayload,
  payload: Uint8Array | string,
  context: ReadingContext,
): CheckedBatch {
  return broken === null ? checkDevice(lane, [readings], context) : brokenPayload(readings.source, broken, payload);
}
