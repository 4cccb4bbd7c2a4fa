import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { type DmaDetail, districtSurroundingsQuery, dmaQuery } from "../../api/queries.ts";
import { PageLoading } from "../../app/page-loading.tsx";
import { Panel } from "../../parts/panel.tsx";
import { Problem } from "../../parts/problem.tsx";
import { ReplayPanel } from "../../parts/replay/replay-panel.tsx";
import { useTitle } from "../../parts/use-title.ts";
import { useWords } from "../../words/use-words.ts";
import { useVocabulary } from "../../words/vocabulary.ts";
import { BalancePanel } from "../control-room/district-balance.tsx";
import { DistrictEvents, DistrictFigures } from "../control-room/district-detail.tsx";
import { BalanceInputs } from "./balance-inputs.tsx";
import { CustomersPanel, NeighboursPanel } from "./customers.tsx";
import { InflowPanel, NightsPanel } from "./flows.tsx";
import { PressurePanel } from "./pressure.tsx";
import { StepTestPanel } from "./step-test.tsx";
import { words } from "./words.ts";

const route = getRouteApi("/inside/districts/$id");

/** One district: what comes in, what is lost, who uses it, what is wrong, and where to look. */
export function DistrictPage() {
  const { say } = useWords("district", words);
  const { pick } = useVocabulary();
  const { id } = route.useParams();
  const { data, error, refetch } = useQuery(dmaQuery(id));
  const around = useQuery(districtSurroundingsQuery(id));
  useTitle(data && pick(data.name));
  if (data === undefined)
    return error === null ? (
      <PageLoading />
    ) : (
      <div className="nf-page">
        <Problem error={error} onRetry={() => void refetch()} />
      </div>
    );
  return (
    <div className="nf-page">
      <div className="nf-title">
        <h1>
          {say("district")} {pick(data.name)}
        </h1>
        <span className="nf-soft">{id}</span>
      </div>
      <Panel title={pick(data.name)}>
        <DistrictFigures district={data} />
      </Panel>
      <div className="nf-split nf-split-wide">
        <div>
          <InflowPanel district={data} expected={around.data?.expectedInflow} />
          <NightsPanel district={data} />
          <ReplayPanel of={{ district: id }} />
          <StepTestPanel id={id} />
          <CustomersPanel id={id} around={around} />
        </div>
        <div>
          <DistrictEvents id={id} />
          <BalancePanel id={id} />
          <BalanceInputs id={id} />
          <PressurePanel district={data} />
          <InletsPanel district={data} />
          <NeighboursPanel around={around} />
        </div>
      </div>
    </div>
  );
}

function InletsPanel(props: { readonly district: DmaDetail }) {
  const { say } = useWords("district", words);
  return (
    <Panel title={say("inlets")}>
      <ul className="nf-plain">
        {props.district.meters.map((meter) => (
          <li key={meter.meterId}>
            {say(meter.sign === 1 ? "inlet" : "outlet")}{" "}
            <Link to="/meters/$id" params={{ id: meter.meterId }}>
              {meter.meterId}
            </Link>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
