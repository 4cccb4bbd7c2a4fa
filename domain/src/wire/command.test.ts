import { expect, test } from "vitest";
import { Reporting } from "../channel.ts";
import { COMMAND_KINDS, CommandOrder, decodeCommand, encodeCommand } from "./command.ts";
import { decodeTimeAnswer, decodeTimeQuestion, encodeTimeAnswer, encodeTimeQuestion, offsetOf } from "./time.ts";

test("a command comes back as it was sent, and one with a word too many is refused", () => {
  const command = {
    id: "c-1",
    ttlMs: 60_000,
    timeoutMs: 10_000,
    by: "control",
    order: { kind: "read-now", meters: ["M-1"] },
  } as const;
  expect(decodeCommand(encodeCommand({ ...command, order: { kind: "read-now", meters: ["M-1"] } }))).toEqual({
    v: 1,
    ...command,
  });
  expect(() => decodeCommand(JSON.stringify({ v: 1, ...command, force: true }))).toThrow(/force/);
  expect(CommandOrder.safeParse({ kind: "valve", meter: "M-1", position: "half" }).success).toBe(false);
});

test("the kinds of commands are those that are documented", () => {
  expect([...COMMAND_KINDS].sort()).toEqual([
    "certificate",
    "probe",
    "re-read",
    "read-now",
    "retry",
    "test-read",
    "valve",
  ]);
});

test("an agent that is three seconds ahead sees it, whatever the way takes", () => {
  const question = decodeTimeQuestion(encodeTimeQuestion({ id: "q", askedAt: 13_000 }));
  const answer = decodeTimeAnswer(encodeTimeAnswer(question, 10_100, 10_150));
  expect(offsetOf(answer, 13_250)).toEqual({ offsetMs: 3000, roundTripMs: 200 });
});

test("report by exception without settings sends every change, and one reading in a quarter of an hour in any case", () => {
  expect(Reporting.parse({})).toEqual({ deadband: 0, deadbandPercent: 0, heartbeatS: 900 });
});
