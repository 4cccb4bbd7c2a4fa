import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link, useLocation } from "@tanstack/react-router";
import { ApiProblem } from "../../api/client.ts";
import { PageLoading } from "../../app/page-loading.tsx";
import { Panel } from "../../parts/panel.tsx";
import { Problem } from "../../parts/problem.tsx";
import { useFormat } from "../../parts/use-format.ts";
import { useTitle } from "../../parts/use-title.ts";
import { useWords } from "../../words/use-words.ts";
import { CollectionTabs } from "../collection/tabs.tsx";
import { CommandDetail } from "../commands/command-detail.tsx";
import { Facts } from "../operations/facts.tsx";
import { type ProfileDetail, profileQuery } from "../profiles/queries.ts";
import { words } from "../profiles/words.ts";
import { ProfileEditor } from "./editor.tsx";
import { firstProfile } from "./first-profile.ts";
import { SendProfile } from "./send.tsx";

const route = getRouteApi("/inside/collection/profiles/$name");

/** One meter profile: its content with what its captured telegrams decode to, a test read, its versions. */
export function ProfilePage() {
  const { name } = route.useParams();
  const { say } = useWords("profiles", words);
  useTitle(say("title", { name }));
  const { command } = route.useSearch();
  const navigate = route.useNavigate();
  const { data, error, refetch } = useQuery({ ...profileQuery(name), retry: false });
  const found = useLocation({ select: ({ state }) => state.profile });
  const isNew = error instanceof ApiProblem && error.status === 404;
  if (data === undefined && error === null) return <PageLoading />;
  return (
    <div className="nf-page">
      <CollectionTabs />
      {error !== null && !isNew && <Problem error={error} onRetry={() => void refetch()} />}
      {data !== undefined && <Head detail={data} />}
      {(data !== undefined || isNew) && (
        <ProfileEditor
          key={data?.version ?? "bundled"}
          name={name}
          profile={found ?? data?.profile ?? firstProfile(name)}
          basedOn={data?.version ?? null}
        />
      )}
      {data !== undefined && <Versions detail={data} />}
      {command !== undefined && (
        <CommandDetail id={command} onClose={() => void navigate({ search: {}, replace: true })} />
      )}
    </div>
  );
}

function Head({ detail }: { readonly detail: ProfileDetail }) {
  const { say } = useWords("profiles", words);
  const { name, model, document, origin, verified, vectors, agents } = detail;
  return (
    <Panel title={say("title", { name })} extra={<Link to="/collection/profiles">{say("allProfiles")}</Link>}>
      <Facts
        facts={[
          [say("model"), model],
          [say("document"), document],
          [say("origin"), say(`origin_${origin}`)],
          [say("proof"), say("proofOf", { verified, vectors })],
          [say("usedBy"), agents.length === 0 ? "–" : agents.join(", ")],
        ]}
      />
      {origin !== "bundled" && agents.length > 0 && <SendProfile detail={detail} />}
    </Panel>
  );
}

function Versions({ detail }: { readonly detail: ProfileDetail }) {
  const { say } = useWords("profiles", words);
  const { dateTime } = useFormat();
  return (
    <Panel title={say("versions")}>
      {detail.versions.length === 0 && <p className="nf-soft">{say("noVersions")}</p>}
      <ul className="nf-cards">
        {detail.versions.map(({ version, madeAt, madeBy, reason }) => (
          <li key={version} className="nf-card nf-lines">
            <span className="nf-strong">{say("versionNo", { version })}</span>
            <span>{reason}</span>
            <span className="nf-soft nf-small">{say("by", { who: madeBy, time: dateTime(madeAt) })}</span>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
