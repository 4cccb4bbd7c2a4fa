import { useTitle } from "../../../parts/use-title.ts";
import { useWords } from "../../../words/use-words.ts";
import { words } from "../words.ts";

/** The tab `jobs` of the operations pages. */
export function JobsPage() {
  const { say } = useWords("operations", words);
  useTitle(say("jobs"));
  return null;
}
