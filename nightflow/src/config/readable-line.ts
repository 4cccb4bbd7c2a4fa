/** Fields that the line shows in its own way, and those that a person at a terminal has no use for. */
const SHOWN_OTHERWISE = new Set(["level", "time", "room", "msg", "err", "pid", "hostname"]);

const LEVELS: Readonly<Record<number, string>> = { 20: "debug", 30: "", 40: "WARN", 50: "ERROR", 60: "FATAL" };

/** A JSON log line as people read it: local time, room, what happened, then the fields. What is no JSON comes back as it is. */
export function readableLine(json: string): string {
  const fields = fieldsOf(json);
  if (fields === undefined) return json;
  const { level, time, room, msg, err } = fields;
  const clock = new Date(String(time)).toLocaleTimeString("sv-SE");
  const words = [clock, String(room ?? "").padEnd(10), LEVELS[Number(level)] ?? "", String(msg ?? "")];
  const rest = Object.entries(fields).filter(([name]) => !SHOWN_OTHERWISE.has(name));
  const line = [...words, ...rest.map(([name, value]) => `${name}=${textOf(value)}`)].filter((word) => word !== "");
  return `${line.join(" ")}\n${stackOf(err)}`;
}

function fieldsOf(json: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === "object" && value !== null ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

function textOf(value: unknown): string {
  return typeof value === "string" && !/[\s"=]/.test(value) ? value : JSON.stringify(value);
}

function stackOf(error: unknown): string {
  if (typeof error !== "object" || error === null || !("stack" in error)) return "";
  return `${String(error.stack)
    .split("\n")
    .map((line) => `    ${line}`)
    .join("\n")}\n`;
}
