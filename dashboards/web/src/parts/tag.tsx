import type { ReactNode } from "react";
import type {
  AlarmPriority,
  AlarmState,
  AnomalyState,
  CollectionStatus,
  TicketClock,
  TicketState,
} from "../words/vocabulary.ts";
import { useVocabulary } from "../words/vocabulary.ts";

/** How much a state asks of somebody: the shape says it first, the colour second. Red is for `act` alone. */
export type Tone = "act" | "open" | "going" | "good" | "quiet";

const SHAPES: Readonly<Record<Tone, string>> = { act: "▲", open: "●", going: "◐", good: "✓", quiet: "○" };

/** A short word with a shape and a colour. */
export function Tag(props: { readonly tone: Tone; readonly children: ReactNode }) {
  return (
    <span className={`nf-tag nf-tag-${props.tone}`}>
      <span aria-hidden="true">{SHAPES[props.tone]}</span> {props.children}
    </span>
  );
}

const ANOMALY: Partial<Record<AnomalyState, Tone>> = {
  open: "open",
  investigating: "going",
  field_work: "going",
  monitoring: "going",
  closed: "good",
  auto_closed: "good",
};

/** State of an event. */
export function AnomalyTag(props: { readonly state: AnomalyState }) {
  const { word } = useVocabulary();
  return <Tag tone={ANOMALY[props.state] ?? "quiet"}>{word("anomalyState", props.state)}</Tag>;
}

const ALARM: Readonly<Record<AlarmState, Tone>> = {
  active_unack: "open",
  active_ack: "going",
  cleared_unack: "going",
  cleared_ack: "good",
  shelved: "quiet",
  suppressed: "quiet",
  out_of_service: "quiet",
};

/** What has been done about an alarm. */
export function AlarmTag(props: { readonly state: AlarmState }) {
  const { word } = useVocabulary();
  return <Tag tone={ALARM[props.state]}>{word("alarmState", props.state)}</Tag>;
}

const PRIORITY: Readonly<Record<AlarmPriority, Tone>> = {
  safety: "act",
  critical: "act",
  major: "open",
  minor: "going",
  info: "quiet",
};

/** How soon somebody has to look; red while nobody has. */
export function PriorityTag(props: { readonly priority: AlarmPriority; readonly isSeen: boolean }) {
  const { word } = useVocabulary();
  const tone = PRIORITY[props.priority];
  return <Tag tone={props.isSeen && tone === "act" ? "open" : tone}>{word("alarmPriority", props.priority)}</Tag>;
}

const TICKET: Partial<Record<TicketState, Tone>> = {
  new: "open",
  reopened: "open",
  accepted: "going",
  in_progress: "going",
  waiting_customer: "going",
  waiting_third: "going",
  waiting_parts: "going",
  resolved: "going",
  follow_up: "going",
  closed: "good",
};

/** State of a ticket. */
export function TicketTag(props: { readonly state: TicketState }) {
  const { word } = useVocabulary();
  return <Tag tone={TICKET[props.state] ?? "quiet"}>{word("ticketState", props.state)}</Tag>;
}

const CLOCKS: Readonly<Record<TicketClock, Tone>> = {
  met: "good",
  due: "quiet",
  at_risk: "open",
  breached: "act",
  paused: "quiet",
};

/** How a ticket stands against its limit. */
export function ClockTag(props: { readonly clock: TicketClock }) {
  const { word } = useVocabulary();
  return <Tag tone={CLOCKS[props.clock]}>{word("ticketClock", props.clock)}</Tag>;
}

const COLLECTION: Readonly<Record<CollectionStatus, Tone>> = {
  good: "good",
  late: "going",
  silent: "open",
  never: "quiet",
};

/** Whether a meter reports. */
export function CollectionTag(props: { readonly status: CollectionStatus }) {
  const { word } = useVocabulary();
  return <Tag tone={COLLECTION[props.status]}>{word("collectionStatus", props.status)}</Tag>;
}
