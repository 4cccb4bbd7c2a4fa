import { useTitle } from "../../../parts/use-title.ts";
import { useWords } from "../../../words/use-words.ts";
import { words } from "../words.ts";

/** The tab `quarantine` of the operations pages. */
export function QuarantinePage() {
  const { say } = useWords("operations", words);
  useTitle(say("quarantine"));
  return null;
}
