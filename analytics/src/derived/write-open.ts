import type { Sql } from "@nightflow/storage";
import type { HeldDay } from "./held-days.ts";
import type { HeldRegister, HeldRegisters } from "./held-registers.ts";
import { HourChanges } from "./hour-changes.ts";
import { type DayRow, type StateRow, saveDays, saveRegisters } from "./kept-rows.ts";

/** Registers between two turns of the event loop. */
const REGISTERS_A_TURN = 5000;

/**
 * Writes all registers that were worked on, and their days, in the caller's transaction, and tells what changes in the sums.
 * They stay open until the transaction has come to its end and `settle` is called.
 */
export async function writeOpen(tx: Sql, held: HeldRegisters): Promise<HourChanges> {
  const changes = new HourChanges();
  const registers = [...held.open];
  for (let at = 0; at < registers.length; at += REGISTERS_A_TURN)
    await writeSome(tx, held, registers.slice(at, at + REGISTERS_A_TURN), changes);
  return changes;
}

async function writeSome(
  tx: Sql,
  held: HeldRegisters,
  registers: readonly HeldRegister[],
  changes: HourChanges,
): Promise<void> {
  const states: StateRow[] = [];
  const days: DayRow[] = [];
  for (const { channel, slot, days: heldDays } of registers) {
    held.hours.standOn(slot);
    states.push({ channel, bytes: held.hours.save() });
    for (const each of heldDays.opened()) {
      if (!isChanged(each)) continue;
      changes.replace(each.stored, each);
      days.push({ channel, utcDay: each.day.utcDay, bytes: each.day.toBytes(), countedIn: each.in });
    }
  }
  await saveRegisters(tx, states);
  await saveDays(tx, days);
}

function isChanged({ day, in: place, stored }: HeldDay): boolean {
  if (stored === undefined || stored.in !== place) return true;
  return Buffer.compare(day.toBytes(), stored.day.toBytes()) !== 0;
}
