import { useTitle } from "../../../parts/use-title.ts";
import { useWords } from "../../../words/use-words.ts";
import { words } from "../words.ts";

/** The tab `health` of the operations pages. */
export function HealthPage() {
  const { say } = useWords("operations", words);
  useTitle(say("health"));
  return null;
}
