import { agentTopics, type Command, decodeCommand, encodeCommandReply } from "@nightflow/domain";
import { silentLogger, testDatabase } from "@nightflow/storage/testing";
import { expect, test } from "vitest";
import type { z } from "zod";
import { startFieldDesk } from "../field-line/desk.ts";
import type { FieldLine, FieldMessage } from "../field-line/field-line.ts";
import { cleanUpAfterEach, endAfterTest, type Harness, startHarness } from "../testing/harness.ts";
import { forgetOldCommands } from "./forget.ts";
import type { ApprovalPage, CommandWithReply, OrderedCommands } from "./wire.ts";

const databases = testDatabase();
cleanUpAfterEach();

type Ordered = z.infer<typeof OrderedCommands>;
type WithReply = z.infer<typeof CommandWithReply>;
type Approvals = z.infer<typeof ApprovalPage>;

/** A broker that keeps what it is given, and lets a test speak as an agent. */
class FakeLine implements FieldLine {
  readonly sent: FieldMessage[] = [];
  #hear: (message: FieldMessage) => void = () => undefined;

  async publish(message: FieldMessage): Promise<void> {
    this.sent.push(message);
  }

  onMessage(listener: (message: FieldMessage) => void): () => void {
    this.#hear = listener;
    return () => undefined;
  }

  onUp(listener: () => void): () => void {
    listener();
    return () => undefined;
  }

  reply(agent: string, id: string, outcome: "done" | "failed" = "done"): void {
    const readings = [["N1.forward_total", 1_790_000_000_000, 5, 0]];
    const payload = encodeCommandReply({ id, at: 1, outcome, code: null, message: null, tookMs: 3, readings });
    this.#hear({ topic: agentTopics("town", agent).commandReply(id), payload });
  }

  commands(): Command[] {
    return this.sent.filter(({ topic }) => topic.includes("/command/")).map(({ payload }) => decodeCommand(payload));
  }
}

async function startDesk({ db, clock }: Harness): Promise<FakeLine> {
  const line = new FakeLine();
  endAfterTest(await startFieldDesk({ db, clock, logger: silentLogger, line }));
  return line;
}

const valve = (meter: string) => ({ meter, position: "closed", reason: "not paid for a year" });

test("a meter is read now: the order goes to the agent that reads it, and its readings are shown with who ordered it", async () => {
  const harness = await startHarness(databases);
  const line = await startDesk(harness);
  const collector = await harness.signIn("collector");
  const order = { order: { kind: "read-now", meters: ["N1"] }, reason: "customer on the phone" };
  const { body } = await collector.post<Ordered>("/api/commands", order);
  expect(body.items).toMatchObject([{ site: "town", agent: "a-north", subjects: ["N1"], orderedBy: "collector" }]);
  const id = body.items[0]?.id ?? "";
  await expect.poll(() => line.commands()).toMatchObject([{ id, by: "collector", order: { meters: ["N1"] } }]);
  line.reply("a-south", id);
  line.reply("a-north", id);
  const read = async () => (await collector.get<WithReply>(`/api/commands/${id}`)).body;
  await expect.poll(async () => (await read()).state).toBe("done");
  expect((await read()).reply?.readings).toMatchObject([{ channel: "N1.forward_total", value: 5, quality: "good" }]);
  const { rows } = await harness.db.query("select actor, action from audit_entry where subject = $1 order by no", [id]);
  expect(rows).toEqual([
    { actor: "collector", action: "command.read-now" },
    { actor: "agent town/a-north", action: "command.end" },
  ]);
});

test("an order over meters of two agents becomes one command for each; one for an agent that is away waits", async () => {
  const harness = await startHarness(databases);
  const line = await startDesk(harness);
  const collector = await harness.signIn("collector");
  const wanted = ["N1", "S1"].map((meter) => ({ meter, fromMs: 1, toMs: 2 }));
  const { body } = await collector.post<Ordered>("/api/commands", { order: { kind: "re-read", wanted } });
  expect(body.items.map(({ agent, subjects }) => [agent, subjects])).toEqual([
    ["a-north", ["N1"]],
    ["a-south", ["S1"]],
  ]);
  await expect.poll(() => line.commands().length).toBe(1);
  const [, away] = body.items;
  const { body: cancelled } = await collector.post<WithReply>(`/api/commands/${away?.id}/cancel`, { reason: "later" });
  expect(cancelled.state).toBe("cancelled");
  expect((await collector.post(`/api/commands/${body.items[0]?.id}/cancel`, { reason: "x" })).body.code).toBe(
    "COMMAND_UNDER_WAY",
  );
});

test("what its agent never got expires, and a reply that comes too late still says what was done", async () => {
  const harness = await startHarness(databases);
  const { db } = harness;
  const collector = await harness.signIn("collector");
  const order = async (meter: string) =>
    (await collector.post<Ordered>("/api/commands", { order: { kind: "read-now", meters: [meter] } })).body.items[0]
      ?.id ?? "";
  const [sent, unsent] = [await order("N1"), await order("S1")];
  await db.query("update command set deliver_until = now() - interval '1 h'");
  await db.query("update command set state = 'sent', sendings = 1 where id = $1", [sent]);
  const line = await startDesk(harness);
  const state = async (id: string) => (await collector.get<WithReply>(`/api/commands/${id}`)).body;
  await expect.poll(async () => (await state(sent)).code).toBe("NO_REPLY");
  await expect.poll(async () => await state(unsent)).toMatchObject({ state: "expired", code: "AGENT_AWAY" });
  line.reply("a-north", sent);
  await expect.poll(async () => (await state(sent)).state).toBe("done");
});

test("a valve is turned only after a second person has approved it", async () => {
  const harness = await startHarness(databases);
  const line = await startDesk(harness);
  const control = await harness.signIn("control");
  const { body } = await control.post<Ordered>("/api/commands/valve", valve("N1"));
  expect(body.items).toMatchObject([{ state: "approval", kind: "valve" }]);
  expect((await control.post("/api/commands/valve", valve("N1"))).body.code).toBe("VALVE_PENDING");
  const approvalId = body.items[0]?.approvalId;
  const approve = `/api/approvals/${approvalId}/approve`;
  expect(await control.post(approve, {})).toMatchObject({ status: 403, body: { code: "FOUR_EYES" } });
  expect(line.commands()).toEqual([]);
  const second = await harness.signIn("control-north");
  const { body: list } = await second.get<Approvals>("/api/approvals?state=open");
  expect(list.items).toMatchObject([{ id: approvalId, mayDecide: true, place: { no: "N-1", isProtected: false } }]);
  expect((await second.post(approve, { reason: "letters were sent" })).status).toBe(200);
  await expect
    .poll(() => line.commands())
    .toMatchObject([{ order: { kind: "valve", meter: "N1", position: "closed" } }]);
  expect((await second.post(approve, {})).body.code).toBe("APPROVAL_DECIDED");
});

test("a valve that was rejected is never turned, and one that nobody decides about expires", async () => {
  const harness = await startHarness(databases);
  const line = await startDesk(harness);
  const control = await harness.signIn("control");
  const ask = async (meter: string) => (await control.post<Ordered>("/api/commands/valve", valve(meter))).body.items[0];
  const [rejected, late] = [await ask("N1"), await ask("N2")];
  const admin = await harness.signIn("admin");
  await admin.post(`/api/approvals/${rejected?.approvalId}/reject`, { reason: "a child lives there" });
  await harness.db.query("update command set deliver_until = now() - interval '1 s' where id = $1", [late?.id]);
  await harness.db.query("update approval_request set expires_at = now() - interval '1 s' where id = $1", [
    late?.approvalId,
  ]);
  expect((await admin.post(`/api/approvals/${late?.approvalId}/approve`, {})).body.code).toBe("APPROVAL_DECIDED");
  // Any command makes the desk look.
  await control.post("/api/commands", { order: { kind: "read-now", meters: ["N1"] } });
  await expect.poll(() => line.commands().map(({ order }) => order.kind)).toEqual(["read-now"]);
  const states = await harness.db.query("select state from command where kind = 'valve' order by id");
  expect(states.rows).toEqual([{ state: "rejected" }, { state: "expired" }]);
});

test("the valve of a protected place stays as it is, unless a further right and a reason override that", async () => {
  const harness = await startHarness(databases);
  await harness.db.query("update service_point set is_protected = true where no = 'N-1'");
  const control = await harness.signIn("control");
  const refused = await control.post("/api/commands/valve", valve("N1"));
  expect(refused).toMatchObject({ status: 403, body: { code: "PLACE_PROTECTED" } });
  const override = { ...valve("N1"), overrideReason: "burst pipe in the cellar, agreed with the hospital" };
  expect((await control.post("/api/commands/valve/protected", override)).status).toBe(403);
  const admin = await harness.signIn("admin");
  expect((await admin.post("/api/commands/valve/protected", valve("N1"))).status).toBe(400);
  const { body } = await admin.post<Ordered>("/api/commands/valve/protected", override);
  const approve = `/api/approvals/${body.items[0]?.approvalId}/approve`;
  expect((await admin.post(approve, {})).body.code).toBe("FOUR_EYES");
  expect((await control.post(approve, {})).status).toBe(200);
});

test("a place that becomes protected after the asking is not cut off", async () => {
  const harness = await startHarness(databases);
  const control = await harness.signIn("control");
  const { body } = await control.post<Ordered>("/api/commands/valve", valve("N1"));
  await harness.db.query("update service_point set is_protected = true where no = 'N-1'");
  const admin = await harness.signIn("admin");
  const approved = await admin.post(`/api/approvals/${body.items[0]?.approvalId}/approve`, {});
  expect(approved.body.code).toBe("PLACE_PROTECTED");
});

test("what somebody asked who has lost the right, the region or the account meanwhile is not approved", async () => {
  const harness = await startHarness(databases);
  const control = await harness.signIn("control");
  const { body } = await control.post<Ordered>("/api/commands/valve", valve("N1"));
  const admin = await harness.signIn("admin");
  const approve = async () => (await admin.post(`/api/approvals/${body.items[0]?.approvalId}/approve`, {})).body.code;
  const { rows } = await harness.db.query<{ role: string; unit_id: string }>(
    "select role, unit_id from app_user where login = 'control'",
  );
  const change = (set: string) => harness.db.query(`update app_user set ${set} where login = 'control'`);
  await change("role = 'desk'");
  expect(await approve()).toBe("ASKER_NOT_ALLOWED");
  await change(`role = '${rows[0]?.role}', unit_id = (select unit_id from meter where id = 'S1')`);
  expect(await approve()).toBe("ASKER_NOT_ALLOWED");
  await change(`unit_id = '${rows[0]?.unit_id}', is_disabled = true`);
  expect(await approve()).toBe("ASKER_NOT_ALLOWED");
  await change("is_disabled = false");
  expect(await approve()).toBeUndefined();
});

test("of two people who approve at once one does, and the valve is ordered once", async () => {
  const harness = await startHarness(databases);
  const line = await startDesk(harness);
  const control = await harness.signIn("control");
  const { body } = await control.post<Ordered>("/api/commands/valve", valve("N1"));
  const others = [await harness.signIn("admin"), await harness.signIn("control-north")];
  const url = `/api/approvals/${body.items[0]?.approvalId}/approve`;
  const answers = await Promise.all(others.map((one) => one.post(url, {})));
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
  await expect.poll(() => line.commands()).toHaveLength(1);
});

test("nobody orders for meters that he may not see, and the desk orders nothing", async () => {
  const harness = await startHarness(databases);
  const order = { order: { kind: "read-now", meters: ["S1"] } };
  const northern = await harness.signIn("control-north");
  expect((await northern.post("/api/commands", order)).status).toBe(404);
  expect((await northern.post("/api/commands/valve", valve("S1"))).status).toBe(404);
  const whole = { site: "town", agent: "a-north", order: { kind: "retry" } };
  expect((await northern.post("/api/commands", whole)).status).toBe(403);
  const desk = await harness.signIn("desk");
  expect((await desk.post("/api/commands", order)).status).toBe(403);
  const collector = await harness.signIn("collector");
  const { body } = await collector.post<Ordered>("/api/commands", order);
  expect((await northern.get(`/api/commands/${body.items[0]?.id}`)).status).toBe(404);
  expect((await collector.post("/api/commands/valve", valve("N1"))).status).toBe(403);
});

test("what commands brought is forgotten after months, and who had valves turned never is", async () => {
  const harness = await startHarness(databases);
  const { db } = harness;
  const control = await harness.signIn("control");
  const read = { order: { kind: "read-now", meters: ["N1"] } };
  const young = (await control.post<Ordered>("/api/commands", read)).body.items[0]?.id;
  const old = (await control.post<Ordered>("/api/commands", read)).body.items[0]?.id;
  const turned = (await control.post<Ordered>("/api/commands/valve", valve("N1"))).body.items[0]?.id;
  await db.query(`update command set reply = '{"v":1}'`);
  const age = (id: string | undefined, days: number) =>
    db.query(`update command set deliver_until = now() - interval '${days} days' where id = $1`, [id]);
  await Promise.all([age(young, 100), age(old, 500), age(turned, 500)]);
  await forgetOldCommands(db);
  const { rows } = await db.query("select id, reply from command order by ordered_at, id");
  expect(rows).toHaveLength(2);
  expect(rows).toEqual(
    expect.arrayContaining([
      { id: young, reply: null },
      { id: turned, reply: null },
    ]),
  );
});

test("an agent that does not answer is not buried under commands", async () => {
  const harness = await startHarness(databases);
  const collector = await harness.signIn("collector");
  const order = { order: { kind: "retry" }, site: "town", agent: "a-south" };
  for (let i = 0; i < 50; i++) await collector.post("/api/commands", order);
  expect((await collector.post("/api/commands", order)).body.code).toBe("COMMAND_QUEUE_FULL");
});
