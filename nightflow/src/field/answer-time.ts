import { agentTopics, decodeTimeQuestion, encodeTimeAnswer, parseTopic } from "@nightflow/domain";

/** The answer to an agent that asks what time it is by this machine; undefined for what is no such question. */
export function timeAnswerTo(
  topic: string,
  payload: Uint8Array,
  now: () => number = Date.now,
): { readonly topic: string; readonly payload: string } | undefined {
  const heardAt = now();
  const { kind, site, agent } = parseTopic(topic) ?? {};
  if (kind !== "time" || site === undefined || agent === undefined) return undefined;
  const question = decodeTimeQuestion(payload);
  return { topic: agentTopics(site, agent).timeReply, payload: encodeTimeAnswer(question, heardAt, now()) };
}
