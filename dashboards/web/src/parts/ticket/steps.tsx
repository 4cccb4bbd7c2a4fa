import type { TicketDetail } from "../../api/queries.ts";
import { useWords } from "../../words/use-words.ts";
import { useVocabulary } from "../../words/vocabulary.ts";
import { TicketTag } from "../tag.tsx";
import { When } from "../when.tsx";
import { words } from "./words.ts";

type Step = TicketDetail["steps"][number];

/** What was done with a ticket, by whom and when; the newest first. */
export function TicketSteps(props: { readonly steps: readonly Step[] }) {
  return (
    <ol className="nf-steps">
      {props.steps.toReversed().map((step) => (
        <li key={step.id}>
          <StepLine step={step} />
        </li>
      ))}
    </ol>
  );
}

function StepLine(props: { readonly step: Step }) {
  const { say, language } = useWords("ticket-panel", words);
  const { step } = props;
  const note = wordsIn(step.data, language) ?? step.note;
  const actor = step.actor === "system" ? say("system") : (step.actorName ?? step.actor);
  return (
    <>
      <div>
        {step.toState !== null && <TicketTag state={step.toState} />} <span className="nf-strong">{actor}</span>{" "}
        <span className="nf-soft nf-small">
          <When at={step.at} />
        </span>
      </div>
      {note !== null && <div>{note}</div>}
      <StepData data={step.data} />
    </>
  );
}

/** What the platform itself wrote in a step, in the reader's language; undefined for the notes of people. */
function wordsIn(data: Step["data"], language: "zh" | "en"): string | undefined {
  const said = data?.words as { readonly zh?: unknown; readonly en?: unknown } | undefined;
  const text = said?.[language];
  return typeof text === "string" ? text : undefined;
}

function StepData(props: { readonly data: Step["data"] }) {
  const { say } = useWords("ticket-panel", words);
  const { word } = useVocabulary();
  const { data } = props;
  if (data === null) return null;
  const text = (key: string) => (typeof data[key] === "string" ? data[key] : undefined);
  const lines = [
    [say("cause"), text("cause")],
    [say("result"), text("result")],
    [say("outcome"), wordOr(text("outcome"), (key) => word("outcome", key as never))],
    [say("followUp"), wordOr(text("followUpResult"), (key) => word("followUpResult", key as never))],
    [say("exempt"), wordOr(text("followUpExemption"), (key) => word("followUpExemption", key as never))],
    [say("attempt"), data.isFollowUpAttempt === true ? "✓" : undefined],
  ] as const;
  return lines.map(([name, value]) =>
    value === undefined ? null : (
      <div key={name} className="nf-small">
        <span className="nf-soft">{name}: </span>
        {value}
      </div>
    ),
  );
}

function wordOr(key: string | undefined, toWord: (key: string) => string): string | undefined {
  return key === undefined ? undefined : toWord(key);
}
