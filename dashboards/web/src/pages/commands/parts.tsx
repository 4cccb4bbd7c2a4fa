import { Tag, type Tone } from "../../parts/tag.tsx";
import { useWords } from "../../words/use-words.ts";
import type { CommandRow, CommandState } from "./queries.ts";
import { words } from "./words.ts";

const TONES: Readonly<Record<CommandState, Tone>> = {
  approval: "open",
  queued: "going",
  sent: "going",
  done: "good",
  failed: "open",
  expired: "open",
  rejected: "quiet",
  cancelled: "quiet",
};

/** What became of a command. */
export function CommandTag(props: { readonly state: CommandState }) {
  const { say } = useWords("commands", words);
  return <Tag tone={TONES[props.state]}>{say(`state_${props.state}`)}</Tag>;
}

/** What a command is about: its meters, else its bus, else the agent. */
export function aboutOf(command: CommandRow): string {
  const { bus } = command.order as { readonly bus?: unknown };
  if (command.subjects.length > 0) return command.subjects.slice(0, 3).join(", ") + more(command.subjects.length - 3);
  return typeof bus === "string" ? `${command.site}/${command.agent} · ${bus}` : `${command.site}/${command.agent}`;
}

function more(count: number): string {
  return count > 0 ? ` +${count}` : "";
}

/** Where a valve is to go. */
export function positionOf(command: CommandRow): "open" | "closed" {
  const { position } = command.order as { readonly position?: unknown };
  return position === "closed" ? "closed" : "open";
}
