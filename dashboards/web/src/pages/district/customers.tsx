import type { UseQueryResult } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Skeleton } from "antd";
import type { ReactNode } from "react";
import type { DistrictSurroundings } from "../../api/queries.ts";
import { MeterNights } from "../../parts/meter-nights.tsx";
import { Panel } from "../../parts/panel.tsx";
import { Problem } from "../../parts/problem.tsx";
import { Tag } from "../../parts/tag.tsx";
import { useFormat } from "../../parts/use-format.ts";
import { useWords } from "../../words/use-words.ts";
import { useVocabulary } from "../../words/vocabulary.ts";
import { words } from "./words.ts";

type Around = UseQueryResult<DistrictSurroundings>;

/** The customers of a district, those with the dearest events and the highest night flows first. */
export function CustomersPanel(props: { readonly id: string; readonly around: Around }) {
  const { say } = useWords("district", words);
  const { flow } = useFormat();
  return (
    <Panel
      title={say("customers")}
      extra={
        <Link to="/meters" search={{ dma: props.id }}>
          {say("allMeters")}
        </Link>
      }
    >
      <Loaded around={props.around}>
        {({ customers, measuredAtNight, customersNightM3h, worst }) => (
          <>
            {customers > 0 && (
              <p className="nf-soft nf-tight">
                {say("customersNight", { count: customers, measured: measuredAtNight, flow: flow(customersNightM3h) })}
              </p>
            )}
            <MeterNights meters={worst} empty={say("noCustomers")} />
          </>
        )}
      </Loaded>
    </Panel>
  );
}

/** The districts above, below and beside a district. */
export function NeighboursPanel(props: { readonly around: Around }) {
  const { say } = useWords("district", words);
  const { pick } = useVocabulary();
  return (
    <Panel title={say("neighbours")}>
      <Loaded around={props.around}>
        {({ neighbours }) => (
          <>
            {neighbours.length === 0 && <p className="nf-soft nf-tight">{say("noNeighbours")}</p>}
            <ul className="nf-plain">
              {neighbours.map(({ id, name, relation }) => (
                <li key={id}>
                  <Link to="/districts/$id" params={{ id }} className="nf-inline-link">
                    {pick(name)}
                  </Link>{" "}
                  <Tag tone="quiet">{say(relation)}</Tag>
                </li>
              ))}
            </ul>
          </>
        )}
      </Loaded>
    </Panel>
  );
}

function Loaded(props: { readonly around: Around; readonly children: (around: DistrictSurroundings) => ReactNode }) {
  const { data, error, refetch } = props.around;
  if (data !== undefined) return props.children(data);
  return error === null ? <Skeleton active title={false} /> : <Problem error={error} onRetry={() => void refetch()} />;
}
