import { useTitle } from "../../../parts/use-title.ts";
import { useWords } from "../../../words/use-words.ts";
import { words } from "../words.ts";

/** The tab `set-aside` of the operations pages. */
export function SetAsidePage() {
  const { say } = useWords("operations", words);
  useTitle(say("setAside"));
  return null;
}
