import { getRouteApi } from "@tanstack/react-router";
import { ChoiceFilter, TextFilter } from "../../parts/filters.tsx";
import { Panel } from "../../parts/panel.tsx";
import { useTitle } from "../../parts/use-title.ts";
import { useWords } from "../../words/use-words.ts";
import { CollectionTabs } from "../collection/tabs.tsx";
import { CommandDetail } from "./command-detail.tsx";
import { CommandList } from "./command-list.tsx";
import { type CommandsSearch, KINDS, STATES } from "./search.ts";
import { words } from "./words.ts";

const route = getRouteApi("/inside/collection/commands");

/** What agents were asked to do, by whom, and what became of it. */
export function CommandsPage() {
  const { say } = useWords("commands", words);
  useTitle(say("commands"));
  const navigate = route.useNavigate();
  const { command, ...query } = route.useSearch();
  const change = (part: CommandsSearch) =>
    void navigate({ search: (before) => ({ ...before, ...part }), replace: true });
  return (
    <div className="nf-page">
      <CollectionTabs />
      <search className="nf-filters">
        <ChoiceFilter
          label={say("state")}
          none={say("all")}
          value={query.state}
          choices={STATES.map((value) => ({ value, label: say(`state_${value}`) }))}
          onChange={(state) => change({ state })}
        />
        <ChoiceFilter
          label={say("kind")}
          none={say("all")}
          value={query.kind}
          choices={KINDS.map((value) => ({ value, label: say(`kind_${value}`) }))}
          onChange={(kind) => change({ kind })}
        />
        <TextFilter label={say("meter")} value={query.meter} onChange={(meter) => change({ meter })} />
      </search>
      <Panel title={say("list")}>
        <CommandList query={query} chosen={command} onOpen={(id) => change({ command: id })} />
      </Panel>
      {command !== undefined && <CommandDetail id={command} onClose={() => change({ command: undefined })} />}
    </div>
  );
}
