import { useTitle } from "../../../parts/use-title.ts";
import { useWords } from "../../../words/use-words.ts";
import { words } from "../words.ts";

/** The tab `agents` of the operations pages. */
export function AgentsPage() {
  const { say } = useWords("operations", words);
  useTitle(say("agents"));
  return null;
}
