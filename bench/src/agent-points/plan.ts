/** What is read: every connection has so many units, and every unit so many points of two words each. */
export interface PointsPlan {
  readonly connections: number;
  readonly units: number;
  readonly points: number;
  readonly periodMs: number;
}

/** Points a second that a plan asks for. */
export function pointsPerS({ connections, units, points, periodMs }: PointsPlan): number {
  return (connections * units * points * 1000) / periodMs;
}

/** Whether a point is a total; the others are gauges. */
export const isTotal = (point: number): boolean => point % 2 === 0;

/** The profile of such a unit, as Nightflow's agent knows it. */
export function benchProfile({ points }: PointsPlan): object {
  const registers = Array.from({ length: points }, (_, at) => {
    const part = { address: at * 2, type: isTotal(at) ? "uint32" : "float32", order: "ABCD" };
    const total = { quantity: "forward_total", unit: "m3", resolution: 0.001, parts: [part], functionCode: 3 };
    const gauge = { quantity: "pressure", unit: "kPa", parts: [part], functionCode: 3 };
    return [`p${at}`, isTotal(at) ? total : gauge] as const;
  });
  const vectors = registers.map(([register, { unit }], at) => {
    const words = [isTotal(at) ? "0000 0001" : "3F80 0000"];
    return { register, words, value: 1, unit, verified: true, source: "arithmetic" };
  });
  return {
    protocol: "modbus",
    name: "bench",
    model: "bench device",
    source: { document: "made for the bench", pages: "-", reference: "-" },
    addressBase: 0,
    registers: Object.fromEntries(registers),
    vectors,
  };
}

/** The agent's configuration for such devices. */
export function benchConfig(plan: PointsPlan, ports: readonly number[]): object {
  const channels: object[] = [];
  const buses = ports.map((port, bus) => ({
    id: `b${bus}`,
    kind: "modbus-tcp",
    host: "127.0.0.1",
    port,
    units: Array.from({ length: plan.units }, (_, unit) => {
      const meter = `${bus}-${unit}`;
      const feeds = Array.from({ length: plan.points }, (_, at) => {
        const id = `${meter}.${at}`;
        const total = { id, quantity: "forward_total", unit: "m3", resolution: 0.001 };
        channels.push(isTotal(at) ? total : { id, quantity: "pressure", unit: "kPa" });
        return [`p${at}`, id] as const;
      });
      const periodS = plan.periodMs / 1000;
      return { meter, unitId: unit + 1, profile: "bench", periodS, channels: Object.fromEntries(feeds) };
    }),
  }));
  return { v: 1, channels, buses, profiles: [benchProfile(plan)] };
}

/** Telegraf's configuration for the same: its `request` style, one section for each connection. */
export function telegrafConfig(plan: PointsPlan, ports: readonly number[], mqttPort: number): string {
  const head = `[agent]
  interval = "${plan.periodMs}ms"
  flush_interval = "1s"
  metric_batch_size = 10000
  metric_buffer_limit = 1000000
  omit_hostname = true
  quiet = true

[[outputs.mqtt]]
  servers = ["tcp://127.0.0.1:${mqttPort}"]
  topic = "telemetry/bench"
  qos = 1
  layout = "batch"
  data_format = "influx"
`;
  return head + ports.map((port, bus) => telegrafInput(plan, port, bus)).join("");
}

function telegrafInput({ units, points }: PointsPlan, port: number, bus: number): string {
  const fields = Array.from({ length: points }, (_, at) => {
    const [type, more] = isTotal(at) ? ["UINT32", ", scale = 0.001"] : ["FLOAT32", ""];
    return `    { address = ${at * 2}, name = "p${at}", type = "${type}"${more}${isTotal(at) ? ', output = "FLOAT64"' : ""} }`;
  });
  const requests = Array.from(
    { length: units },
    (_, unit) => `
  [[inputs.modbus.request]]
    slave_id = ${unit + 1}
    byte_order = "ABCD"
    register = "holding"
    measurement = "m"
    fields = [
${fields.join(",\n")}
    ]
    [inputs.modbus.request.tags]
      meter = "${bus}-${unit}"
`,
  );
  return `
[[inputs.modbus]]
  name = "b${bus}"
  controller = "tcp://127.0.0.1:${port}"
  configuration_type = "request"
  timeout = "1s"
${requests.join("")}`;
}
