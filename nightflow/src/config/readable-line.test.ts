import { expect, it } from "vitest";
import { readableLine } from "./readable-line.ts";

const line = (fields: object) => readableLine(`${JSON.stringify({ time: "2026-11-23T06:24:37.383Z", ...fields })}\n`);

it("a log line on a terminal says when, which room, what and with which values", () => {
  const text = line({ level: 30, room: "head-end", host: "127.0.0.1", port: 1883, msg: "MQTT broker listens" });
  expect(text).toMatch(/^\d\d:\d\d:37 head-end {3}MQTT broker listens host=127\.0\.0\.1 port=1883\n$/);
});

it("a warning stands out, and a value with blanks is quoted", () => {
  expect(line({ level: 40, room: "agent", error: "no answer", msg: "retrying" })).toContain(
    'WARN retrying error="no answer"',
  );
});

it("an error brings its stack on lines of its own", () => {
  expect(line({ level: 50, room: "api", msg: "failed", err: { stack: "Error: x\n    at y" } })).toMatch(
    /failed\n {4}Error: x\n {8}at y\n$/,
  );
});

it("what is no JSON is shown as it is", () => {
  expect(readableLine("plain words\n")).toBe("plain words\n");
});
