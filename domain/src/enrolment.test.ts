import { expect, test } from "vitest";
import {
  decodeJoinText,
  EnrolmentConfig,
  encodeJoinText,
  JoinRequest,
  renewableFrom,
  renewalStatement,
} from "./enrolment.ts";
import { WireError } from "./errors.ts";

test("unknown agents are refused and expired certificates not renewed unless somebody decides otherwise", () => {
  expect(EnrolmentConfig.parse({})).toMatchObject({ unknownAgents: "refuse", renewGraceDays: 0 });
  expect(EnrolmentConfig.safeParse({ unknownAgents: "trust" }).success).toBe(false);
});

test("a certificate can be renewed before an agent with a slow clock begins to ask", () => {
  expect(renewableFrom({ issuedAt: 0, expiresAt: 90 })).toBe(45);
});

test("a request names its agent by ids that fit a topic, and is of bounded size", () => {
  const good = { site: "town", agent: "gw-1", request: "x", pollSecret: "a".repeat(43) };
  expect(JoinRequest.safeParse(good).success).toBe(true);
  for (const bad of [{ agent: "gw/1" }, { site: "#" }, { request: "x".repeat(9000) }, { pollSecret: "short" }])
    expect(JoinRequest.safeParse({ ...good, ...bad }).success).toBe(false);
});

test("what is signed for a renewal names both the old certificate and the new request", () => {
  expect(renewalStatement("cert\n", "request")).toBe("nightflow renewal v1\ncert\nrequest\n");
});

test("what an installer needs fits into one word, and a word that is cut is refused", () => {
  const text = { url: "https://water.example", token: "nfe1.abc", ca: "0a".repeat(32) };
  const word = encodeJoinText(text);
  expect(word).toMatch(/^nfj1\.[A-Za-z0-9_-]+$/);
  expect(decodeJoinText(` ${word}\n`)).toEqual(text);
  for (const bad of [word.slice(0, -5), word.slice(1), ""]) expect(() => decodeJoinText(bad)).toThrow(WireError);
});
