import { useQuery } from "@tanstack/react-query";
import { AutoComplete } from "antd";
import { channelsQuery } from "../../api/operations-queries.ts";
import { unitText } from "../../parts/unit-text.ts";

/** A field for the id of a registered channel, which offers those that match. */
export function ChannelPicker(props: {
  readonly id: string;
  readonly value: string;
  readonly onChange: (channel: string) => void;
}) {
  const { data } = useQuery(channelsQuery(props.value.trim()));
  return (
    <AutoComplete
      id={props.id}
      style={{ width: "100%" }}
      value={props.value}
      onChange={props.onChange}
      maxLength={64}
      options={(data?.items ?? []).map(({ id, address, unit, resolution }) => ({
        value: id,
        label: [id, resolution === null ? unitText(unit) : `${resolution} ${unitText(unit)}`, address]
          .filter((part) => part !== "")
          .join(" · "),
      }))}
    />
  );
}
