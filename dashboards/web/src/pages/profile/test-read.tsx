import { useInfiniteQuery, useMutation } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { Button, Input, InputNumber, Select } from "antd";
import { type ReactNode, useId, useState } from "react";
import { useMay } from "../../api/session.ts";
import { Panel } from "../../parts/panel.tsx";
import { Problem } from "../../parts/problem.tsx";
import { useWords } from "../../words/use-words.ts";
import { deeds } from "../commands/queries.ts";
import { fleetQuery } from "../fleet/queries.ts";
import { words } from "../profiles/words.ts";
import { testOrder } from "./test-order.ts";

const route = getRouteApi("/inside/collection/profiles/$name");

/** Reads a real meter once by what stands in the editor, through an agent that reaches it. */
export function TestRead({ profile }: { readonly profile: unknown }) {
  const { say } = useWords("profiles", words);
  const mayOrder = useMay("collection.command.order");
  const navigate = route.useNavigate();
  const [agent, setAgent] = useState<string>();
  const [host, setHost] = useState("");
  const [port, setPort] = useState(502);
  const [unitId, setUnitId] = useState(1);
  const order = testOrder(profile, { host, port, unitId });
  const reading = useMutation({
    mutationFn: () => {
      const [site = "", name = ""] = (agent ?? "").split("/");
      if (order === null) throw new Error("there is nothing to read");
      return deeds.order({ order, site, agent: name });
    },
    onSuccess: ({ items }) => void navigate({ search: { command: items[0]?.id }, replace: true }),
  });
  if (!mayOrder) return null;
  return (
    <Panel title={say("testRead")}>
      <p className="nf-soft">{say("testHint")}</p>
      <div className="nf-form-line">
        <Labelled label={say("agent")}>{(id) => <AgentChoice id={id} value={agent} onChange={setAgent} />}</Labelled>
        <Labelled label={say("host")}>
          {(id) => (
            <Input id={id} value={host} maxLength={200} onChange={({ target }) => setHost(target.value.trim())} />
          )}
        </Labelled>
        <Labelled label={say("port")}>
          {(id) => (
            <InputNumber id={id} min={1} max={65_535} value={port} onChange={(value) => setPort(value ?? 502)} />
          )}
        </Labelled>
        <Labelled label={say("unitId")}>
          {(id) => <InputNumber id={id} min={0} max={255} value={unitId} onChange={(value) => setUnitId(value ?? 1)} />}
        </Labelled>
        <Button
          disabled={order === null || host === "" || agent === undefined}
          loading={reading.isPending}
          onClick={() => reading.mutate()}
        >
          {say("read")}
        </Button>
      </div>
      {reading.error !== null && <Problem error={reading.error} />}
    </Panel>
  );
}

function Labelled(props: { readonly label: string; readonly children: (id: string) => ReactNode }) {
  const id = useId();
  return (
    <div>
      <label htmlFor={id}>{props.label}</label>
      {props.children(id)}
    </div>
  );
}

function AgentChoice(props: {
  readonly id: string;
  readonly value: string | undefined;
  readonly onChange: (agent: string) => void;
}) {
  const { data } = useInfiniteQuery(fleetQuery({ online: "true" }));
  const agents = data?.pages.flatMap((page) => page.items.map(({ site, id }) => `${site}/${id}`)) ?? [];
  return (
    <Select<string>
      id={props.id}
      showSearch
      style={{ minWidth: 200 }}
      value={props.value ?? null}
      onChange={props.onChange}
      options={agents.map((value) => ({ value, label: value }))}
    />
  );
}
