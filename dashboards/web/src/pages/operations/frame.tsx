import { Link, Outlet } from "@tanstack/react-router";
import { useSession } from "../../api/session.ts";
import { useWords } from "../../words/use-words.ts";
import { tabsFor } from "./tabs.ts";
import { words } from "./words.ts";

/** What surrounds every operations page: the heading and the tabs that the person may open. */
export function OperationsFrame() {
  const { say } = useWords("operations", words);
  const { permissions } = useSession();
  return (
    <div className="nf-page">
      <div className="nf-title">
        <h1>{say("operations")}</h1>
      </div>
      <nav className="nf-tabs" aria-label={say("tabs")}>
        {tabsFor(permissions).map((tab) => (
          <Link key={tab.to} to={tab.to} activeOptions={{ includeSearch: false }}>
            {say(tab.word)}
          </Link>
        ))}
      </nav>
      <Outlet />
    </div>
  );
}
