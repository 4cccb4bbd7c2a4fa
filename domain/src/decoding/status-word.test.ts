import { describe, expect, it } from "vitest";
import { StatusWord } from "../wire/profiles/profile-head.ts";
import { flagsOfStatus, readStatus } from "./status-word.ts";

const empty = { name: "empty_pipe", en: "The pipe is empty.", zh: "空管", severity: "alarm", flag: "device_alarm" };
const info = { name: "running", en: "It runs.", zh: "运行", severity: "info" };

describe("status words", () => {
  it("say what stands, name by name, and which bits nobody has described", () => {
    const word = StatusWord.parse({ bits: { "0": info, "3": empty } });
    const { meanings, unknown, latched } = readStatus(word, 0b1_1001);
    expect([meanings.map(({ name }) => name), unknown, latched]).toEqual([["running", "empty_pipe"], [4], false]);
    expect(flagsOfStatus(word, 0b1000)).toEqual(["device_alarm"]);
    expect(flagsOfStatus(word, 0b0001)).toEqual([]);
  });

  it("of latched bits tell what has been and flag no reading of now", () => {
    const word = StatusWord.parse({ latched: true, bits: { "3": empty } });
    expect(readStatus(word, 8n).meanings).toHaveLength(1);
    expect(flagsOfStatus(word, 8)).toEqual([]);
  });

  it("that are codes have one meaning, or one that nobody knows", () => {
    const word = StatusWord.parse({ codes: { "2": empty } });
    expect(flagsOfStatus(word, 2)).toEqual(["device_alarm"]);
    expect(readStatus(word, 9).unknown).toEqual([9]);
  });

  it("are bits or codes, never both", () => {
    expect(StatusWord.safeParse({ bits: { "0": info }, codes: { "1": info } }).success).toBe(false);
  });
});
