import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { agentTopics, heartbeatTopic, parseTopic } from "./topics.ts";

const SEED = 20261123;
const id = fc.stringMatching(/^[A-Za-z0-9_.:-]{1,64}$/);

describe("topics", () => {
  it("of every kind are taken apart as they were put together", () => {
    fc.assert(
      fc.property(id, id, id, (site, agent, commandId) => {
        const topics = agentTopics(site, agent);
        for (const kind of ["readings", "ack", "status", "config"] as const)
          expect(parseTopic(topics[kind])).toEqual({ kind, site, agent });
        expect(parseTopic(topics.configReport)).toEqual({ kind: "config/report", site, agent });
        expect(parseTopic(topics.command(commandId))).toEqual({ kind: "command", site, agent, commandId });
        expect(parseTopic(topics.commandReply(commandId))).toEqual({ kind: "command-reply", site, agent, commandId });
      }),
      { seed: SEED },
    );
  });

  it("the head-end's heartbeat is a topic of its site", () => {
    expect(parseTopic(heartbeatTopic("town"))).toEqual({ kind: "heartbeat", site: "town", agent: "head-end" });
  });

  it.each([
    "",
    "nf",
    "nf/v1/s/a",
    "nf/v1/s/a/",
    "nf/v2/s/a/readings",
    "nf/v1//a/readings",
    "nf/v1/s/a b/readings",
    "nf/v1/s/a/readings/",
    "nf/v1/s/a/readings/x",
    "nf/v1/s/a/config/x",
    "nf/v1/s/a/command",
    "nf/v1/s/a/command/",
    "nf/v1/s/a/command/+",
    "nf/v1/s/a/command/c/answer",
    "nf/v1/s/a/command/c/reply/x",
    "nf/v1/+/a/readings",
    "nf/v1/s/a/constructor",
    "nf/v1/s/a/toString",
    "nf/v1/s/a/__proto__",
    "/nf/v1/s/a/readings",
  ])("%j is none of ours", (topic) => expect(parseTopic(topic)).toBeUndefined());

  it("of any text at all get an answer and never an exception", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 80 }), (text) => void parseTopic(`nf/v1/${text}`)),
      { seed: SEED },
    );
  });
});
