import { useMutation, useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { Button, Pagination } from "antd";
import { useCallback, useMemo, useState } from "react";
import { type DeviceRow, devicesQuery } from "../../../api/operations-queries.ts";
import { useMay } from "../../../api/session.ts";
import { TextFilter } from "../../../parts/filters.tsx";
import { Panel } from "../../../parts/panel.tsx";
import { Problem } from "../../../parts/problem.tsx";
import { RankedList } from "../../../parts/ranked-list.tsx";
import { useRowKeys } from "../../../parts/row-keys.ts";
import { useDetailInView } from "../../../parts/use-detail-in-view.ts";
import { useFormat } from "../../../parts/use-format.ts";
import { useTitle } from "../../../parts/use-title.ts";
import { When } from "../../../parts/when.tsx";
import { useWords } from "../../../words/use-words.ts";
import { PAGE_ROWS, pageOf, rowsWith } from "../client-pages.ts";
import { type Changed, DeviceDetail, putBack } from "./device-detail.tsx";
import { words } from "./words.ts";

const route = getRouteApi("/inside/operations/devices");
/** The address of a device that is being added. */
const NEW = "new";

/** Devices that are not agents of ours, each with the profile that maps its fields to channels. */
export function DevicesPage() {
  const { say } = useWords("devices", words);
  useTitle(say("title"));
  const navigate = route.useNavigate();
  const search = route.useSearch();
  const devices = useQuery(devicesQuery);
  const mayEdit = useMay("collection.device.edit");
  const [changed, setChanged] = useState<Changed>();
  const detail = useDetailInView(search.source);
  const items = devices.data?.items;
  const found = useMemo(
    () => (items === undefined ? undefined : rowsWith(items, search.q, (row) => [row.source])),
    [items, search.q],
  );
  const shown = useMemo(
    () => (found === undefined ? undefined : pageOf(found, search.page ?? 1)),
    [found, search.page],
  );
  const choose = useCallback(
    (source: string | undefined) => void navigate({ search: (before) => ({ ...before, source }), replace: true }),
    [navigate],
  );
  const ids = useMemo(() => shown?.rows.map((row) => row.source) ?? [], [shown]);
  useRowKeys({ ids, chosen: search.source, onChoose: choose, detail });
  return (
    <>
      <search className="nf-filters">
        <TextFilter
          label={say("find")}
          value={search.q}
          onChange={(q) => void navigate({ search: { q }, replace: true })}
        />
        {mayEdit && <Button onClick={() => choose(NEW)}>{say("add")}</Button>}
      </search>
      {changed !== undefined && <ChangedNote changed={changed} onHide={() => setChanged(undefined)} />}
      <div className={search.source === undefined ? "" : "nf-split"}>
        <Panel title={say("title")}>
          <p className="nf-soft nf-tight">{say("hint")}</p>
          <Devices
            rows={shown?.rows}
            error={devices.error}
            onRetry={() => void devices.refetch()}
            question={`${search.q} ${shown?.page}`}
            selected={search.source}
            onChoose={choose}
            empty={say(search.q === undefined ? "empty" : "emptyFiltered")}
          />
          <Pagination
            align="end"
            hideOnSinglePage
            showSizeChanger={false}
            pageSize={PAGE_ROWS}
            total={found?.length ?? 0}
            current={shown?.page ?? 1}
            onChange={(page) => void navigate({ search: (before) => ({ ...before, page, source: undefined }) })}
          />
        </Panel>
        {search.source !== undefined && items !== undefined && (
          <div className="nf-split-detail" ref={detail}>
            <DeviceDetail
              key={search.source}
              isNew={search.source === NEW}
              source={search.source}
              row={items.find((row) => row.source === search.source)}
              onChanged={(what) => {
                setChanged(what);
                choose(what.after === undefined ? undefined : what.source);
              }}
              onClose={() => choose(undefined)}
            />
          </div>
        )}
      </div>
    </>
  );
}

function Devices(props: {
  readonly rows: readonly DeviceRow[] | undefined;
  readonly error: unknown;
  readonly onRetry: () => void;
  readonly question: string;
  readonly selected: string | undefined;
  readonly onChoose: (source: string) => void;
  readonly empty: string;
}) {
  const { say } = useWords("devices", words);
  const { number } = useFormat();
  const rows = useMemo(() => props.rows?.map((row) => ({ ...row, id: row.source })), [props.rows]);
  const count = (row: DeviceRow) => (
    <span className="nf-number">{number(Object.keys(row.profile.fields).length, 0)}</span>
  );
  return (
    <RankedList
      label={say("title")}
      question={props.question}
      rows={rows}
      error={props.error}
      onRetry={props.onRetry}
      selectedId={props.selected}
      onOpen={(row) => props.onChoose(row.id)}
      empty={props.empty}
      card={(row) => <SourceLink source={row.source} />}
      columns={[
        { key: "source", title: say("source"), render: (row) => <SourceLink source={row.source} /> },
        { key: "fields", title: say("fields"), align: "right", width: 100, render: count },
        {
          key: "changed",
          title: say("changed"),
          width: 220,
          render: (row) => (
            <span className="nf-two-lines">
              <span>{row.updatedBy}</span>
              <span className="nf-soft nf-small">
                <When at={row.updatedAt} />
              </span>
            </span>
          ),
        },
      ]}
    />
  );
}

function SourceLink(props: { readonly source: string }) {
  const { source } = props;
  return (
    <Link from="/operations/devices" to="/operations/devices" search={(before) => ({ ...before, source })}>
      {source}
    </Link>
  );
}

function ChangedNote(props: { readonly changed: Changed; readonly onHide: () => void }) {
  const { say } = useWords("devices", words);
  const { changed, onHide } = props;
  const { source, after } = changed;
  const undo = useMutation({ mutationFn: () => putBack(changed, say("undoReason")), onSuccess: onHide });
  return (
    <div className="nf-note-box" role="status">
      <div className="nf-card-line">
        <span>{say(after === undefined ? "removed" : "saved", { source })}</span>
        <span className="nf-actions">
          <Button size="small" loading={undo.isPending} onClick={() => undo.mutate()}>
            {say("undo")}
          </Button>
          <Button size="small" onClick={onHide}>
            {say("close")}
          </Button>
        </span>
      </div>
      {undo.error !== null && <Problem error={undo.error} />}
    </div>
  );
}
