import { pduAddress } from "@nightflow/domain";
import type { WriteOrder, WriteResult } from "../driver.ts";
import { type PlannedConfirm, plannedConfirm } from "./confirm.ts";
import { isGatewayException, type LineAnswer, type ReadRequest, type WriteRequest } from "./line.ts";
import type { UnitReader } from "./unit-reader.ts";

/** What an order comes to on the wire. `unit: undefined` is all of them. */
export interface PlannedWrite {
  readonly unit: UnitReader | undefined;
  readonly request: WriteRequest;
  readonly verify: boolean;
  /** Where it is seen that it has really happened. */
  readonly confirm?: PlannedConfirm | undefined;
}

/** An order as a request, or why there is none. */
export function plannedWrite(order: WriteOrder, units: readonly UnitReader[]): PlannedWrite | WriteResult {
  const unit = units.find(({ meter }) => meter === order.meter);
  if (order.meter !== null && unit === undefined) return { outcome: "unknown-meter", detail: null };
  if (order.kind === "modbus") return fromWords(order, unit);
  const command = unit?.profile.commands[order.command];
  if (unit === undefined || command === undefined)
    return { outcome: "unsupported", detail: `the meter's profile has no command ${order.command}` };
  const { functionCode, values, verify, confirm } = command;
  const request = { functionCode, address: pduAddress(unit.profile, command.address), values };
  return { unit, request, verify, confirm: confirm && plannedConfirm(unit.profile, confirm) };
}

function fromWords(order: Extract<WriteOrder, { kind: "modbus" }>, unit: UnitReader | undefined) {
  const fault = faultOfWrite(order);
  if (fault !== undefined) return { outcome: "unsupported", detail: fault } as const;
  const { functionCode, address, values, verify = false } = order;
  return { unit, request: { functionCode, address, values }, verify: verify && unit !== undefined };
}

/** What is wrong with words to be written. */
export function faultOfWrite({ functionCode, address, values }: WriteRequest): string | undefined {
  const isOne = functionCode === 5 || functionCode === 6;
  const highest = functionCode === 5 || functionCode === 15 ? 1 : 0xffff;
  const most = isOne ? 1 : functionCode === 15 ? 1968 : 123;
  if (values.length < 1 || values.length > most) return `function ${functionCode} sets 1 to ${most} value(s)`;
  if (!values.every((value) => Number.isInteger(value) && value >= 0 && value <= highest))
    return `function ${functionCode} sets whole numbers from 0 to ${highest}`;
  if (!Number.isInteger(address) || address < 0 || address + values.length > 65_536)
    return "the address lies outside 0 to 65535";
  return undefined;
}

/** The request that reads back what another one wrote. */
export function readBack({ functionCode, address, values }: WriteRequest): ReadRequest {
  const isCoils = functionCode === 5 || functionCode === 15;
  return { functionCode: isCoils ? 1 : 3, address, quantity: values.length, words: values.length };
}

/** What a meter's answer makes of an order. */
export function resultOf(answer: LineAnswer): WriteResult {
  if (answer.kind === "disconnected") return { outcome: "disconnected", detail: null };
  if (answer.kind === "timeout") return { outcome: "silent", detail: null };
  if (answer.kind === "exception")
    return { outcome: isGatewayException(answer.code) ? "silent" : "refused", detail: answer.text };
  return { outcome: "done", detail: null };
}

/** Whether what was read back is what was written. */
export function verified(written: readonly number[], answer: LineAnswer): WriteResult {
  if (answer.kind !== "words")
    return { outcome: "differs", detail: "the meter confirmed it, but did not answer when it was read back" };
  const isSame = written.every((value, at) => value === answer.words[at]);
  return isSame
    ? { outcome: "done", detail: null }
    : { outcome: "differs", detail: `written ${written.join(", ")}, read back ${answer.words.join(", ")}` };
}
