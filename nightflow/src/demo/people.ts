import { randomInt } from "node:crypto";

/** A user of the demo: who, with which rights, where. */
export interface DemoUser {
  readonly login: string;
  readonly displayName: string;
  readonly role: "admin" | "collector" | "control" | "manager" | "desk";
  /** Whose part of the town he sees; null for all of it. */
  readonly region: "north" | null;
}

/** The users of the demo, one of each role and one bound to a region. */
export const DEMO_USERS: readonly DemoUser[] = [
  { login: "admin", displayName: "管理员 Admin", role: "admin", region: null },
  { login: "collector", displayName: "孙采 Collection", role: "collector", region: null },
  { login: "control", displayName: "周调 Control room", role: "control", region: null },
  { login: "manager", displayName: "陈伟 Key accounts", role: "manager", region: null },
  { login: "desk", displayName: "李静 Service desk", role: "desk", region: null },
  { login: "desk-north", displayName: "王北 North desk", role: "desk", region: "north" },
];

// Without letters and digits that are taken for one another: people type this from a terminal.
const ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789";

/** A password for one start of the demo, easy to type: `k7mw-p3xd-h9qa`. */
export function demoPassword(): string {
  const group = () => Array.from({ length: 4 }, () => ALPHABET[randomInt(ALPHABET.length)]).join("");
  return [group(), group(), group()].join("-");
}
