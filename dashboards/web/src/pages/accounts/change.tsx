import { useFormat } from "../../parts/use-format.ts";
import { useWords } from "../../words/use-words.ts";

const words = {
  up: { zh: "增加", en: "more" },
  down: { zh: "减少", en: "less" },
  same: { zh: "持平", en: "the same" },
  unknown: { zh: "数据不足", en: "too little data" },
} as const;

// A change below this is noise.
const SAME = 0.02;
const MUCH = 0.3;

/** How usage changed: an arrow, the share, a word. */
export function Change(props: { readonly change: number | null | undefined }) {
  const { say } = useWords("change", words);
  const { share } = useFormat();
  const { change } = props;
  if (change === null || change === undefined) return <span className="nf-soft">{say("unknown")}</span>;
  if (Math.abs(change) < SAME) return <span className="nf-number">→ {say("same")}</span>;
  const text = `${change > 0 ? "▲" : "▼"} ${share(Math.abs(change))} ${say(change > 0 ? "up" : "down")}`;
  return <span className={Math.abs(change) >= MUCH ? "nf-number nf-much" : "nf-number"}>{text}</span>;
}
