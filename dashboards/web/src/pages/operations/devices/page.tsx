import { useTitle } from "../../../parts/use-title.ts";
import { useWords } from "../../../words/use-words.ts";
import { words } from "../words.ts";

/** The tab `devices` of the operations pages. */
export function DevicesPage() {
  const { say } = useWords("operations", words);
  useTitle(say("devices"));
  return null;
}
