import { describeError } from "@nightflow/domain";
import { type Finding, found } from "../finding.ts";
import type { Patient } from "../patient.ts";

/** Does Redis answer where it is configured, and does it throw nothing away? */
export async function checkRedis({ env, probes }: Patient): Promise<Finding[]> {
  const url = env.REDIS_URL;
  if (!url) return [found("ok", "redis.none")];
  try {
    const [info = "", policy = ""] = await probes.redis(url, [
      ["INFO", "server"],
      ["CONFIG", "GET", "maxmemory-policy"],
    ]);
    const version = /redis_version:(\S+)/.exec(info)?.[1] ?? "?";
    const set = /maxmemory-policy\s+(\S+)/.exec(policy)?.[1];
    return [
      found("ok", "redis.answers", { version }),
      ...(set === undefined || set === "noeviction" ? [] : [found("warn", "redis.eviction", { policy: set })]),
    ];
  } catch (error) {
    return [found("fail", "redis.away", { reason: describeError(error) })];
  }
}

/** Can the broker be reached that rooms alone take their batches from? */
export async function checkMqtt({ loaded, probes }: Patient): Promise<Finding[]> {
  const { mqtt } = loaded.config;
  if (mqtt === undefined) return [];
  const { url } = mqtt;
  try {
    const { hostname, port, protocol } = new URL(url);
    await probes.connects(hostname, Number(port || (protocol === "mqtts:" ? 8883 : 1883)));
    return [found("ok", "mqtt.answers", { url })];
  } catch (error) {
    return [found("fail", "mqtt.away", { url, reason: describeError(error) })];
  }
}
