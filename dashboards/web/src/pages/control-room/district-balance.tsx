import { useQuery } from "@tanstack/react-query";
import { type DistrictBalance, districtBalanceQuery } from "../../api/queries.ts";
import { type Figure, FigureList } from "../../parts/figure-list.tsx";
import { Panel } from "../../parts/panel.tsx";
import { Problem } from "../../parts/problem.tsx";
import { useFormat } from "../../parts/use-format.ts";
import { useWords } from "../../words/use-words.ts";
import { balanceWords } from "./balance-words.ts";
import { contradictionOf } from "./contradiction.ts";

/** What a district takes in, what its customers use, and what is lost, over the last 30 days. */
export function BalancePanel(props: { readonly id: string }) {
  const { say } = useWords("district-balance", balanceWords);
  const { data, error, refetch } = useQuery(districtBalanceQuery(props.id));
  return (
    <Panel title={say("title")}>
      {data !== undefined && <Balance balance={data} />}
      {data === undefined && error !== null && <Problem error={error} onRetry={() => void refetch()} />}
    </Panel>
  );
}

function Balance(props: { readonly balance: DistrictBalance }) {
  const { say } = useWords("district-balance", balanceWords);
  const { balance } = props;
  const figures = [...useVolumes(balance), ...useNight(balance), ...useIndices(balance)];
  return (
    <>
      {balance.total === null && (
        <p role="status">
          {say("none")} {balance.why !== null && say(balance.why)}
        </p>
      )}
      <Contradiction balance={balance} />
      <FigureList figures={figures} />
    </>
  );
}

/** What it means that losses are below zero: no pipe gives water, so a meter, an inlet, an assignment or a share is wrong. */
function Contradiction(props: { readonly balance: DistrictBalance }) {
  const { say } = useWords("district-balance", balanceWords);
  const { volume } = useFormat();
  const { total, volumeUnit, commodity } = props.balance;
  const which = contradictionOf(props.balance);
  if (total === null || which === null) return null;
  const missing = volume(Math.abs(total.nrwM3), volumeUnit);
  const taken = volume(total.unbilledM3 + total.apparentM3, volumeUnit);
  return (
    <p className="nf-note-box" role="status">
      {say(which, { missing, taken })} {which === "customersAbove" && say(commodity)}
    </p>
  );
}

function useVolumes(balance: DistrictBalance): Figure[] {
  const { say } = useWords("district-balance", balanceWords);
  const { volume, number } = useFormat();
  const { total, volumeUnit, daysTold, days } = balance;
  const percent = (value: number | null | undefined) =>
    value === null || value === undefined ? number(null) : `${number(value)} %`;
  return [
    {
      name: say("inflow"),
      value: volume(total?.inflowM3, volumeUnit),
      note: say("days", { told: daysTold, all: days.length }),
    },
    { name: say("customers"), value: volume(total?.customersM3, volumeUnit) },
    { name: say("nrw"), value: percent(total?.nrwPercent), note: volume(total?.nrwM3, volumeUnit) },
    {
      name: say("realLoss"),
      value: volume(total?.realLossM3, volumeUnit),
      note: say(contradictionOf(balance) === null ? "realLossNote" : "belowZero"),
    },
  ];
}

function useNight({ night, commodity }: DistrictBalance): Figure[] {
  const { say } = useWords("district-balance", balanceWords);
  const { flow, number } = useFormat();
  if (commodity === "gas" || night === null) return [];
  return [
    { name: say("nightUse"), value: flow(night.use?.m3h), note: night.use === null ? undefined : say(night.use.basis) },
    {
      name: say("net"),
      value: flow(night.netM3h),
      note: say("perConnection", { litres: number(night.litresPerConnectionDay, 0) }),
    },
    { name: say("background"), value: flow(night.backgroundM3h) },
    { name: say("findable"), value: flow(night.findableM3h) },
  ];
}

const NEED_WORDS: ReadonlyMap<string, "mainsKm" | "connectionCount" | "meanPressureM"> = new Map([
  ["mainsKm", "mainsKm"],
  ["connections", "connectionCount"],
  ["meanPressureM", "meanPressureM"],
]);

function useIndices({ ili, iliNeeds, cjj92, commodity }: DistrictBalance): Figure[] {
  const { say } = useWords("district-balance", balanceWords);
  const { number } = useFormat();
  if (commodity === "gas") return [];
  const needs = iliNeeds
    .flatMap((fact) => NEED_WORDS.get(fact) ?? [])
    .map((word) => say(word))
    .join(", ");
  const iliNote = ili === null ? needs && say("needs", { facts: needs }) : ili.isOutsideRange && say("outsideRange");
  return [
    { name: "ILI", value: number(ili?.ili), note: iliNote || undefined },
    {
      name: say("cjj92"),
      value: cjj92 === null ? number(null) : `${number(cjj92.lossPercent)} %`,
      note: cjj92 === null ? undefined : say(gradeWord(cjj92), { grade: cjj92.grade ?? "" }),
    },
  ];
}

function gradeWord({ grade, grossPercent }: NonNullable<DistrictBalance["cjj92"]>): "grade" | "noGrade" | "notGraded" {
  if (grossPercent < 0) return "notGraded";
  return grade === null ? "noGrade" : "grade";
}
