import { Link, Outlet, useLocation } from "@tanstack/react-router";
import { useEffect, useRef } from "react";
import { useSession } from "../../api/session.ts";
import { useWords } from "../../words/use-words.ts";
import { tabsFor } from "./tabs.ts";
import { words } from "./words.ts";

/** What surrounds every operations page: the heading and the tabs that the person may open. */
export function OperationsFrame() {
  const { say } = useWords("operations", words);
  const { permissions } = useSession();
  const { pathname } = useLocation();
  const tabs = useRef<HTMLElement>(null);
  // On a phone the tabs are wider than the window: the open one is brought into view.
  useEffect(() => {
    const chosen = tabs.current?.querySelector(`a[href^="${pathname}"]`);
    chosen?.scrollIntoView({ inline: "nearest", block: "nearest" });
  }, [pathname]);
  return (
    <div className="nf-page">
      <div className="nf-title">
        <h1>{say("operations")}</h1>
      </div>
      <nav ref={tabs} className="nf-tabs" aria-label={say("tabs")}>
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
