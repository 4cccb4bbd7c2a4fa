import { ManualClock } from "@nightflow/domain";
import { expect, test } from "vitest";
import { LoginLimit } from "./login-limit.ts";

function fail(limit: LoginLimit, login: string, address: string, times: number): void {
  for (let i = 0; i < times; i++) limit.failed(login, address);
}

test("after the allowed failures a login is refused unread for a quarter of an hour", () => {
  const clock = new ManualClock(0);
  const limit = new LoginLimit(3, clock);
  fail(limit, "anna", "10.0.0.1", 3);
  expect(() => limit.check("Anna", "10.0.0.2")).toThrow(/too many failed sign-ins/);
  expect(() => limit.check("bert", "10.0.0.1")).not.toThrow();
  clock.advance(15 * 60_000);
  expect(() => limit.check("anna", "10.0.0.2")).not.toThrow();
});

test("an address that tries many logins is refused for all of them", () => {
  const limit = new LoginLimit(3, new ManualClock(0));
  for (let i = 0; i < 30; i++) limit.failed(`user${i}`, "10.0.0.1");
  expect(() => limit.check("somebody", "10.0.0.1")).toThrow(/too many/);
  expect(() => limit.check("somebody", "10.0.0.2")).not.toThrow();
});

test("a right password forgets the failures before it", () => {
  const limit = new LoginLimit(3, new ManualClock(0));
  fail(limit, "anna", "10.0.0.1", 2);
  limit.succeeded("anna", "10.0.0.1");
  fail(limit, "anna", "10.0.0.1", 2);
  expect(() => limit.check("anna", "10.0.0.1")).not.toThrow();
});
