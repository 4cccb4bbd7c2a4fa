import { type FieldLine, type FieldMessage, startFieldDesk } from "@nightflow/crm-api";
import { agentTopics, type Command, decodeCommand, encodeCommandReply, ManualClock } from "@nightflow/domain";
import { silentLogger } from "@nightflow/storage/testing";
import { NOW } from "./content.ts";
import type { World } from "./stage.ts";

const SITE = "town";

/** Answers of a stand-in: what a command finds. */
export type Answers = (command: Command) => { readonly readings?: readonly unknown[]; readonly details?: unknown };

/** An agent behind the line of a world: it answers every command at once. Gives how to end it. */
export async function standInForAgents(world: World, answers: Answers): Promise<() => Promise<void>> {
  let hear: (message: FieldMessage) => void = () => undefined;
  const line: FieldLine = {
    async publish({ topic, payload }) {
      const [, , , agent = "", kind] = topic.split("/");
      if (kind !== "command") return;
      const command = decodeCommand(payload);
      const found = answers(command);
      const ended = { id: command.id, at: NOW, outcome: "done", code: null, message: null, tookMs: 40 } as const;
      const reply = encodeCommandReply({ ...ended, ...found, readings: [...(found.readings ?? [])] });
      hear({ topic: agentTopics(SITE, agent).commandReply(command.id), payload: reply });
    },
    onMessage(listener) {
      hear = listener;
      return () => undefined;
    },
    onUp(listener) {
      listener();
      return () => undefined;
    },
  };
  return await startFieldDesk({ db: world.db, clock: new ManualClock(NOW), logger: silentLogger, line });
}
