import { Link } from "@tanstack/react-router";
import { useWords } from "../../words/use-words.ts";

const words = {
  title: { zh: "没有这个页面", en: "There is no such page" },
  hint: { zh: "链接可能有误或已失效。", en: "The link may be wrong or out of date." },
  home: { zh: "回到首页", en: "Go to the first page" },
} as const;

/** An address that leads nowhere. */
export function NotFoundPage() {
  const { say } = useWords("not-found", words);
  return (
    <main className="nf-page">
      <h1>{say("title")}</h1>
      <p>{say("hint")}</p>
      <Link to="/">{say("home")}</Link>
    </main>
  );
}
