import { type Finding, found } from "../finding.ts";
import type { Patient } from "../patient.ts";

interface Door {
  readonly what: string;
  readonly key: string;
  readonly host: string;
  readonly port: number;
}

/** Is every port free, or held by the running `nightflow up` itself? */
export async function checkPorts(patient: Patient): Promise<Finding[]> {
  const doors = doorsOf(patient).filter(({ port }) => port !== 0);
  return Promise.all(doors.map((door) => judge(patient, door)));
}

async function judge({ probes, upPid }: Patient, door: Door): Promise<Finding> {
  const state = await probes.portState(door.host, door.port);
  const params = { ...door };
  if (state === "free")
    return upPid === undefined ? found("ok", "ports.free", params) : found("warn", "ports.silent", params);
  if (state !== "busy") return found("fail", "ports.denied", { ...params, reason: state });
  return upPid === undefined ? found("fail", "ports.busy", params) : found("ok", "ports.ours", params);
}

function doorsOf({ loaded, env }: Patient): Door[] {
  const { api, broker, operate, postgres } = loaded.config;
  const { tls, webSocket } = broker;
  return [
    { what: "HTTP", key: "api.port", host: api.host, port: api.port },
    { what: "MQTT", key: "broker.port", host: broker.host, port: broker.port },
    ...(tls ? [{ what: "MQTT/TLS", key: "broker.tls.port", host: tls.host ?? broker.host, port: tls.port }] : []),
    ...(webSocket
      ? [
          {
            what: "MQTT/WebSocket",
            key: "broker.webSocket.port",
            host: webSocket.host ?? broker.host,
            port: webSocket.port,
          },
        ]
      : []),
    ...(operate.enabled ? [{ what: "metrics", key: "operate.port", host: operate.host, port: operate.port }] : []),
    ...(env.DATABASE_URL ? [] : [{ what: "PostgreSQL", key: "postgres.port", host: "127.0.0.1", port: postgres.port }]),
  ];
}
