import {
  type DeviceFault,
  type DeviceItem,
  isDeviceFault,
  ORIGIN_CODES,
  type Origin,
  rawOfItem,
} from "@nightflow/domain";
import type { SetAside } from "@nightflow/storage";
import type { CheckedBatch, Row } from "../checked-batch.ts";
import type { ReadingContext } from "../payload-check.ts";
import { checkReading, isRow } from "../reading-check.ts";
import { deadLetter, setAsideRow, storableText } from "../reasons.ts";
import { fieldChannelId, mapDeviceItem } from "./device-reading.ts";

/** The readings of a device, and who it is. */
export interface DeviceReadings {
  /** `dev/{site}/{device}`, or `spb/{group}/{edge node}` with the device behind it. */
  readonly source: string;
  readonly items: readonly (DeviceItem | DeviceFault)[];
}

/** Looks at the readings of a device one by one: rows to store, and what is set aside. */
export function checkDevice(lane: string, devices: readonly DeviceReadings[], context: ReadingContext): CheckedBatch {
  const rows: Row[] = [];
  const setAside: SetAside[] = [];
  let unlisted = 0;
  for (const { source, items } of devices)
    for (const item of items) {
      const checked = checkDeviceItem(item, source, "live", context);
      if (checked === undefined) continue;
      if (isRow(checked)) rows.push(checked);
      else if (context.isRejected(checked)) unlisted++;
      else setAside.push(checked);
    }
  return { agent: lane, mark: null, rows, setAside, isBroken: false, unlisted };
}

/** One reading of a device: a row, or an entry to set aside; undefined when its profile ignores the field. */
export function checkDeviceItem(
  item: DeviceItem | DeviceFault,
  source: string,
  origin: Origin,
  context: ReadingContext,
): Row | SetAside | undefined {
  const from = { agent: source, epoch: null, seq: null, origin };
  if (isDeviceFault(item)) return faultRow(item, from);
  const { nowMs, lookup, devices } = context;
  const profile = devices.profileOf(source);
  const mapped = mapDeviceItem(item, {
    ...{ source, profile, receivedAtMs: nowMs, lookup },
    unitOfName: (name) => devices.unitOfName(name),
  });
  if (mapped === undefined) return undefined;
  const raw = storableText(rawOfItem(item));
  if ("reason" in mapped) return setAsideRow(from, mapped.reason, { ...mapped, raw });
  const checked = checkReading(mapped.wire, { nowMs, lookup, origin: ORIGIN_CODES[origin] });
  if (isRow(checked)) return checked;
  const [channel, readAtMs] = mapped.wire;
  return setAsideRow(from, checked, { channel, readAtMs, raw });
}

function faultRow({ fault, reason, raw, field }: DeviceFault, from: Parameters<typeof setAsideRow>[0]): SetAside {
  const channel = field === null ? null : fieldChannelId(from.agent, field);
  return setAsideRow(from, deadLetter(fault, reason), { channel, readAtMs: null, raw: storableText(raw) });
}
