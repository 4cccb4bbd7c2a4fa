import {
  type Bus,
  type ChannelDescription,
  isRegister,
  type MeterProfile,
  type ProfileRegister,
} from "@nightflow/domain";
import type { RegisterRead } from "./meter-read.ts";
import type { ProbeOptions } from "./options.ts";

export interface SetupInput {
  readonly options: Pick<ProbeOptions, "transport" | "framing" | "timeoutMs" | "isGas" | "q3M3h" | "nominalDiameterMm">;
  readonly unitId: number;
  readonly meter: string;
  readonly profile: MeterProfile;
  /** Whether the profile comes with the agent; else it goes into the configuration. */
  readonly isBundled: boolean;
  readonly reads: readonly RegisterRead[];
  readonly timeZone: string;
}

const SITE = "main";
const AGENT = "gw-1";
const PERIOD_S = 60;

/** The files by which a platform and an agent begin with one meter, by name: what the registry imports, and what the agent reads. */
export function setupFiles(input: SetupInput): ReadonlyMap<string, string> {
  const channels = channelsOf(input);
  return new Map([
    [
      "units.csv",
      csv(
        ["code", "kind", "name_zh", "name_en", "zone", "currency"],
        [["MAIN", "company", "主公司", "Main company", input.timeZone, "CNY"]],
      ),
    ],
    ["meters.csv", metersCsv(input)],
    ["channels.csv", channelsCsv(input.meter, channels)],
    ["agent-config.json", `${JSON.stringify(agentConfig(input, channels), null, 2)}\n`],
    [`${AGENT}.yaml`, agentYaml()],
  ]);
}

type NamedChannel = readonly [register: string, channel: Omit<ChannelDescription, "id"> & { readonly id: string }];

/** A channel for each register that gave a value; named by quantity, or by register where a quantity is there twice. */
function channelsOf({ meter, profile, reads }: SetupInput): NamedChannel[] {
  const good = reads.flatMap(({ name, value }): [string, ProfileRegister][] => {
    const register = profile.registers[name];
    return value === null || register === undefined ? [] : [[name, register]];
  });
  return good.map(([name, { quantity, unit, resolution }]) => {
    const isOne = good.filter(([, other]) => other.quantity === quantity).length === 1;
    const id = `${meter}.${isOne ? quantity : name}`;
    return [name, { id, quantity, unit, ...(isRegister(quantity) && { resolution }) }];
  });
}

function agentConfig(input: SetupInput, channels: readonly NamedChannel[]): object {
  const { options, unitId, meter, profile, isBundled } = input;
  const { transport, framing, timeoutMs } = options;
  const line =
    transport.kind === "tcp" && framing === "tcp"
      ? ({ kind: "modbus-tcp", host: transport.host, port: transport.port } satisfies Partial<Bus>)
      : ({ kind: "modbus", transport, framing } satisfies Partial<Bus>);
  const units = [
    {
      meter,
      unitId,
      profile: profile.name,
      periodS: PERIOD_S,
      channels: Object.fromEntries(channels.map(([name, { id }]) => [name, id])),
    },
  ];
  return {
    v: 1,
    channels: channels.map(([, channel]) => channel),
    buses: [{ id: "line-1", ...line, timeoutMs, units }],
    ...(!isBundled && { profiles: [profile] }),
  };
}

function metersCsv({ meter, profile, options }: SetupInput): string {
  const columns = ["id", "model", "purpose", "commodity", "dn", "q3_m3h", "q4_m3h", "period_s", "unit"];
  const { nominalDiameterMm, q3M3h, isGas } = options;
  const q4 = q3M3h === undefined ? "" : String(Math.round(q3M3h * 1250) / 1000);
  const dn = nominalDiameterMm === undefined ? "" : String(Math.round(nominalDiameterMm));
  return csv(columns, [
    [
      meter,
      profile.model,
      "customer",
      isGas ? "gas" : "water",
      dn,
      q3M3h === undefined ? "" : String(q3M3h),
      q4,
      String(PERIOD_S),
      "MAIN",
    ],
  ]);
}

function channelsCsv(meter: string, channels: readonly NamedChannel[]): string {
  const rows = channels.map(([, { id, quantity, unit, resolution }]) => [
    id,
    meter,
    quantity,
    unit,
    resolution === undefined ? "" : String(resolution),
    `${SITE}/${AGENT}`,
  ]);
  return csv(["id", "meter", "quantity", "unit", "resolution", "agent"], rows);
}

function csv(columns: readonly string[], rows: readonly (readonly string[])[]): string {
  const quoted = (cell: string) => (/[",\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);
  return `${[columns, ...rows].map((row) => row.map(quoted).join(",")).join("\n")}\n`;
}

function agentYaml(): string {
  return `site: ${SITE}
agent: ${AGENT}
dataDir: ./data # its outbox
configFile: ./agent-config.json # what it reads
mqtt:
  url: mqtt://127.0.0.1:1883
  username: ${AGENT}
  passwordFile: ../data/secrets/mqtt-${AGENT}
`;
}
