import type { OrderOf, ProbedBlock, ProbeLine } from "@nightflow/domain";
import type { CommandWithReply } from "../commands/queries.ts";
import type { EarlierReading, ProbeForm } from "./probe-order.ts";

/** A block that was read beside the dial before, and how it was asked. */
export interface EarlierProbe {
  readonly id: string;
  readonly at: number;
  readonly reading: EarlierReading;
  /** What the form has to say to read the same block again. */
  readonly form: Partial<ProbeForm>;
}

/** What a later reading can be compared with; undefined where a command is no such reading. */
export function earlierOf(command: CommandWithReply | undefined): EarlierProbe | undefined {
  if (command?.kind !== "probe" || command.state !== "done") return undefined;
  // The agent and the API have checked both when they were sent.
  const order = command.order as OrderOf<"probe">;
  const found = command.reply?.details as Partial<ProbedBlock> | null | undefined;
  const { read, dial, units, timeoutMs, manualAddress, isGas } = order.options;
  if (found?.mode !== "read" || found.runs === undefined || found.runs.length === 0) return undefined;
  if (read === undefined || dial === undefined) return undefined;
  const runs = found.runs.map(({ from, words }) => ({ from, words }));
  return {
    ...{ id: command.id, at: command.endedAt ?? command.orderedAt, reading: { dial, runs } },
    form: {
      ...{ units: String(units[0]), block: `${read.functionCode}:${read.from}-${read.to}`, profile: "", dial: "" },
      ...{ manualAddress: manualAddress === undefined ? "" : String(manualAddress), isGas, timeoutMs },
      ...(order.bus === undefined ? {} : { line: "bus", bus: order.bus }),
      ...(order.line === undefined ? {} : lineForm(order.line)),
    },
  };
}

function lineForm({ transport, framing }: ProbeLine): Partial<ProbeForm> {
  if (transport.kind === "tcp") return { line: "tcp", host: transport.host, port: transport.port, framing };
  const { path, baudRate, dataBits, parity, stopBits } = transport;
  return { line: "serial", path, baudRate, dataBits, parity, stopBits, framing };
}
