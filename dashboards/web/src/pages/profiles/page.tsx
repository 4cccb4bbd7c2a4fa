import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useMemo } from "react";
import { useMay } from "../../api/session.ts";
import { TextFilter } from "../../parts/filters.tsx";
import { Panel } from "../../parts/panel.tsx";
import { type Column, RankedList } from "../../parts/ranked-list.tsx";
import { Tag } from "../../parts/tag.tsx";
import { useFormat } from "../../parts/use-format.ts";
import { useTitle } from "../../parts/use-title.ts";
import { useWords } from "../../words/use-words.ts";
import { CollectionTabs } from "../collection/tabs.tsx";
import { NewProfile } from "./new-profile.tsx";
import { type ProfileRow, profilesQuery } from "./queries.ts";
import { words } from "./words.ts";

const route = getRouteApi("/inside/collection/profiles");

interface ListedProfile {
  readonly id: string;
  readonly profile: ProfileRow;
}

/** Meter models: what they are known from, how well that is proven, and who uses them. */
export function ProfilesPage() {
  const { say } = useWords("profiles", words);
  useTitle(say("profiles"));
  const { q } = route.useSearch();
  const navigate = route.useNavigate();
  const mayEdit = useMay("collection.config.edit");
  const { data, error, refetch } = useQuery(profilesQuery);
  const rows = useMemo(() => rowsOf(data?.items, q), [data, q]);
  return (
    <div className="nf-page">
      <CollectionTabs />
      <search className="nf-filters">
        <TextFilter
          label={say("find")}
          value={q}
          onChange={(text) => void navigate({ search: { q: text }, replace: true })}
        />
      </search>
      <Panel title={say("list")} extra={mayEdit && <NewProfile>{say("newProfile")}</NewProfile>}>
        <RankedList<ListedProfile>
          label={say("list")}
          question={q ?? ""}
          rows={rows}
          error={error}
          onRetry={() => void refetch()}
          columns={useColumns()}
          card={(row) => <ProfileCard {...row} />}
          onOpen={({ id }) => void navigate({ to: "/collection/profiles/$name", params: { name: id } })}
          empty={say("none")}
        />
      </Panel>
    </div>
  );
}

function rowsOf(profiles: readonly ProfileRow[] | undefined, q: string | undefined): ListedProfile[] | undefined {
  const wanted = q?.toLowerCase() ?? "";
  return profiles
    ?.filter(({ name, model }) => `${name} ${model}`.toLowerCase().includes(wanted))
    .map((profile) => ({ id: profile.name, profile }));
}

function useColumns(): readonly Column<ListedProfile>[] {
  const { say } = useWords("profiles", words);
  const { number } = useFormat();
  return [
    { key: "name", title: say("name"), render: (row) => <Name {...row} /> },
    { key: "origin", title: say("origin"), width: 230, render: ({ profile }) => say(`origin_${profile.origin}`) },
    {
      key: "registers",
      title: say("registers"),
      align: "right",
      width: 110,
      render: ({ profile }) => <span className="nf-number">{number(profile.registers, 0)}</span>,
    },
    { key: "proof", title: say("proof"), width: 200, render: (row) => <Proof {...row} /> },
    { key: "users", title: say("usedBy"), render: ({ profile }) => profile.agents.slice(0, 4).join(", ") },
  ];
}

function Name({ profile }: ListedProfile) {
  return (
    <span className="nf-two-lines">
      <Link to="/collection/profiles/$name" params={{ name: profile.name }} className="nf-strong">
        {profile.name}
      </Link>
      <span className="nf-soft nf-small">{profile.model}</span>
    </span>
  );
}

function Proof({ profile }: ListedProfile) {
  const { say } = useWords("profiles", words);
  const { verified, vectors } = profile;
  if (verified === 0) return <Tag tone="quiet">{say("unproven")}</Tag>;
  return <Tag tone={verified === vectors ? "good" : "going"}>{say("proofOf", { verified, vectors })}</Tag>;
}

function ProfileCard(row: ListedProfile) {
  const { say } = useWords("profiles", words);
  return (
    <div className="nf-lines">
      <Name {...row} />
      <span className="nf-card-line">
        <Proof {...row} />
        <span className="nf-small nf-soft">{say(`origin_${row.profile.origin}`)}</span>
      </span>
    </div>
  );
}
