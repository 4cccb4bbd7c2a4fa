import { Link } from "@tanstack/react-router";
import { type Permission, useSession } from "../../api/session.ts";
import { common } from "../../words/common.ts";
import { useWords } from "../../words/use-words.ts";

const words = {
  ...common,
  tabs: { zh: "采集页面", en: "Collection pages" },
  overview: { zh: "总览", en: "Overview" },
  missing: { zh: "缺失读数", en: "Missing readings" },
  fleet: { zh: "采集终端", en: "Fleet" },
  profiles: { zh: "表型", en: "Profiles" },
  commands: { zh: "命令", en: "Commands" },
  approvals: { zh: "审批", en: "Approvals" },
} as const;

const TABS = [
  { to: "/collection", word: "overview", permission: "collection.status.read" },
  { to: "/collection/missing", word: "missing", permission: "collection.status.read" },
  { to: "/collection/fleet", word: "fleet", permission: "collection.agent.read" },
  { to: "/collection/profiles", word: "profiles", permission: "collection.config.read" },
  { to: "/collection/commands", word: "commands", permission: "collection.command.read" },
  { to: "/collection/approvals", word: "approvals", permission: "collection.command.read" },
] as const satisfies readonly { to: string; word: keyof typeof words; permission: Permission }[];

/** The heading of every collection page, and the tabs that the person may open. */
export function CollectionTabs() {
  const { say } = useWords("collection-tabs", words);
  const { permissions } = useSession();
  return (
    <>
      <div className="nf-title">
        <h1>{say("collection")}</h1>
      </div>
      <nav className="nf-tabs" aria-label={say("tabs")}>
        {TABS.filter(({ permission }) => permissions.includes(permission)).map(({ to, word }) => (
          <Link key={to} to={to} activeOptions={{ exact: to === "/collection", includeSearch: false }}>
            {say(word)}
          </Link>
        ))}
      </nav>
    </>
  );
}
