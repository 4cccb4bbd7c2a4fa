import type { components } from "../../api/generated/schema.d.ts";
import type { TicketDetail } from "../../api/queries.ts";
import type { FollowUpExemption, FollowUpResult, OutcomeCode, TicketState } from "../../words/vocabulary.ts";

/** What a person has filled in for a step. */
export interface MoveForm {
  readonly note: string;
  readonly cause: string;
  readonly result: string;
  readonly outcome: OutcomeCode | undefined;
  readonly followUpResult: FollowUpResult | undefined;
  readonly followUpExemption: FollowUpExemption | undefined;
}

/** What a step asks for before it is taken; null: nothing, it is taken at once. */
export type MoveQuestion = "cause_and_result" | "follow_up" | "reason";

const QUESTIONS: Partial<Record<TicketState, MoveQuestion>> = {
  resolved: "cause_and_result",
  closed: "follow_up",
  reopened: "reason",
  cancelled: "reason",
  duplicate: "reason",
  waiting_customer: "reason",
  waiting_third: "reason",
  waiting_parts: "reason",
};

/** What a step to `to` asks for. */
export function questionOf(to: TicketState): MoveQuestion | null {
  return QUESTIONS[to] ?? null;
}

const MAIN: readonly TicketState[] = ["accepted", "in_progress", "resolved", "follow_up", "closed"];

/** The step that carries a ticket towards its end; the others stand aside. */
export function mainMoveOf(next: readonly TicketState[]): TicketState | undefined {
  return MAIN.find((state) => next.includes(state));
}

/** An empty form; cause and result as the ticket has them already. */
export function emptyForm(ticket: Pick<TicketDetail, "cause" | "result">): MoveForm {
  return {
    note: "",
    cause: ticket.cause ?? "",
    result: ticket.result ?? "",
    outcome: undefined,
    followUpResult: undefined,
    followUpExemption: undefined,
  };
}

/** Names of the fields that a step still needs. */
export function missingIn(form: MoveForm, to: TicketState): ("cause" | "result" | "followUp" | "note")[] {
  const question = questionOf(to);
  if (question === "cause_and_result")
    return (["cause", "result"] as const).filter((field) => form[field].trim() === "");
  if (question === "follow_up")
    return form.followUpResult === undefined && form.followUpExemption === undefined ? ["followUp"] : [];
  return question === "reason" && form.note.trim() === "" ? ["note"] : [];
}

/** The body of the request: what is filled in, and the version that was looked at. */
export function moveBody(
  ticket: Pick<TicketDetail, "version">,
  to: TicketState,
  form: MoveForm,
): components["schemas"]["TicketMoveInput"] {
  const text = (value: string) => (value.trim() === "" ? undefined : value.trim());
  const asks = questionOf(to);
  return {
    to,
    version: ticket.version,
    note: text(form.note),
    ...(asks === "cause_and_result"
      ? { cause: text(form.cause), result: text(form.result), outcome: form.outcome }
      : {}),
    ...(asks === "follow_up" ? { followUpResult: form.followUpResult, followUpExemption: form.followUpExemption } : {}),
  };
}
