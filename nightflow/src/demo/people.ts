/** A user of the demo: who, with which rights, where. */
export interface DemoUser {
  readonly login: string;
  readonly displayName: string;
  readonly role: "admin" | "collector" | "control" | "manager" | "desk";
  /** Whose part of the town he sees; null for all of it. */
  readonly region: "north" | null;
  /** What to look at as him. */
  readonly does: string;
}

/** The users of the demo, one of each role and one bound to a region. */
export const DEMO_USERS: readonly DemoUser[] = [
  { login: "admin", displayName: "管理员 Admin", role: "admin", region: null, does: "everything" },
  { login: "collector", displayName: "孙采 Collection", role: "collector", region: null, does: "are all meters read?" },
  {
    login: "control",
    displayName: "周调 Control room",
    role: "control",
    region: null,
    does: "where is it lost, what is it worth?",
  },
  {
    login: "manager",
    displayName: "陈伟 Key accounts",
    role: "manager",
    region: null,
    does: "usage curves and reports",
  },
  { login: "desk", displayName: "李静 Service desk", role: "desk", region: null, does: "tickets, moved to closed" },
  {
    login: "desk-north",
    displayName: "王北 North desk",
    role: "desk",
    region: "north",
    does: "tickets of the north only",
  },
];
