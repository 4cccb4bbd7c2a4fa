import { describeError, type OpcUaCommand, type OpcUaConfirm, type OpcUaValue } from "@nightflow/domain";
import type { Logger } from "pino";
import { Pause, type Timers } from "../../../timers.ts";
import type { WriteOrder, WriteResult } from "../../driver.ts";
import type { LocatedNode, NodeAnswer, NodeName, OpcUaLink } from "../link.ts";
import { filledPath, nodesOf, rulesFor } from "./order-rules.ts";
import { isSameValue } from "./same-value.ts";

/** What orders to the meters of a bus are carried out with. */
export interface NodeOrdersDeps {
  readonly bus: string;
  readonly commands: readonly OpcUaCommand[];
  readonly link: () => OpcUaLink | undefined;
  readonly timers: Timers;
  readonly logger: Logger;
}

/** A written node is looked at this often, real milliseconds. */
const LOOK_MS = 1000;
/** A server may take a write and pass it on to its controller later. */
const VERIFY_S = 5;

interface Plan {
  readonly rule: OpcUaCommand;
  readonly node: LocatedNode;
  readonly confirm: { readonly nodeId: string; readonly rule: OpcUaConfirm } | undefined;
}

/** Writes what people order of meters, one order of a meter at a time, and looks whether it has happened. */
export class NodeOrders {
  readonly #deps: NodeOrdersDeps;
  readonly #busy = new Set<string>();
  readonly #waits = new Set<Pause>();
  #isClosed = false;

  constructor(deps: NodeOrdersDeps) {
    this.#deps = deps;
  }

  async write(order: WriteOrder): Promise<WriteResult> {
    if (order.kind !== "command") return unsupported("an OPC UA server has nodes and no registers");
    const { meter, command } = order;
    const rules = rulesFor(this.#deps.commands, meter, command);
    if (rules.length === 0)
      return unsupported(`commands of bus ${this.#deps.bus} have no ${command} for meter ${meter}: add one there`);
    const link = this.#deps.link();
    if (link === undefined) return { outcome: "disconnected", detail: null };
    if (this.#busy.has(meter)) return { outcome: "busy", detail: `another order of meter ${meter} is under way` };
    this.#busy.add(meter);
    try {
      const planned = await plan(link, rules, meter, command);
      return typeof planned === "string" ? unsupported(planned) : await this.#carryOut(planned, link, meter);
    } catch (error) {
      return { outcome: "silent", detail: `nothing was written: ${describeError(error)}` };
    } finally {
      this.#busy.delete(meter);
    }
  }

  /** Waits for nothing any more. */
  close(): void {
    this.#isClosed = true;
    for (const wait of this.#waits) wait.wake();
  }

  async #carryOut({ rule, node, confirm }: Plan, link: OpcUaLink, meter: string): Promise<WriteResult> {
    const { bus, logger } = this.#deps;
    const { command, value, verify } = rule;
    logger.info({ bus, meter, command, node: node.path ?? node.nodeId, value }, "opcua: writing");
    const written = await link.writeNode(node.nodeId, value);
    if (written.kind === "unfit") return unsupported(`${written.why}: mend value of ${command} of meter ${meter}`);
    if (written.kind === "refused") return { outcome: "refused", detail: written.why };
    if (written.kind === "unknown")
      return { outcome: "sent", detail: `whether it took effect is not known: ${written.why}` };
    const verified = verify ? await this.#until(node.nodeId, value, VERIFY_S, nameOf(node)) : DONE;
    if (verified.outcome !== "done" || confirm === undefined) return verified;
    return await this.#until(confirm.nodeId, confirm.rule.value, confirm.rule.withinS, nameOf(confirm.rule));
  }

  /** Looks at a node until it shows what it should. */
  async #until(nodeId: string, wanted: OpcUaValue, withinS: number, name: string): Promise<WriteResult> {
    for (let lookedMs = 0; ; lookedMs += LOOK_MS) {
      const shown = await this.#look(nodeId);
      if (typeof shown !== "string" && isSameValue(wanted, shown.value)) return DONE;
      if (lookedMs >= withinS * 1000 || this.#isClosed) return unconfirmed(shown, wanted, `after ${withinS} s ${name}`);
      await this.#wait();
    }
  }

  /** What a node shows, or why nobody can tell any more. */
  async #look(nodeId: string): Promise<NodeAnswer | string> {
    const link = this.#deps.link();
    if (link === undefined) return "the connection was lost before it was confirmed";
    try {
      return await link.readNode(nodeId);
    } catch (error) {
      return `it was not confirmed: ${describeError(error)}`;
    }
  }

  async #wait(): Promise<void> {
    const pause = new Pause(this.#deps.timers);
    this.#waits.add(pause);
    await pause.wait(LOOK_MS);
    this.#waits.delete(pause);
  }
}

const DONE: WriteResult = { outcome: "done", detail: null };

/** Everything is looked up before anything is written; a text says why nothing is. @throws when the server does not answer. */
async function plan(
  link: OpcUaLink,
  rules: readonly OpcUaCommand[],
  meter: string,
  command: string,
): Promise<Plan | string> {
  const found: { rule: OpcUaCommand; node: LocatedNode }[] = [];
  const reasons: string[] = [];
  for (const rule of rules) {
    const nodes = await link.locate(rule);
    if (typeof nodes === "string") reasons.push(nodes);
    else found.push(...nodesOf(rule, meter, nodes).map((node) => ({ rule, node })));
  }
  const [one, another] = found;
  if (one === undefined) return reasons.join("; ") || `no node is found for ${command} of meter ${meter}`;
  if (another !== undefined)
    return `${command} of meter ${meter} leads to ${found.length} nodes, such as ${nameOf(one.node)} and ${nameOf(another.node)}: nothing was written`;
  const confirm = await confirmOf(link, one.rule, one.node);
  return typeof confirm === "string" ? confirm : { ...one, confirm };
}

/** Where it is confirmed; a text says why nobody could tell. */
async function confirmOf(
  link: OpcUaLink,
  { confirm, command }: OpcUaCommand,
  { captures }: LocatedNode,
): Promise<Plan["confirm"] | string> {
  if (confirm === undefined) return undefined;
  const { nodeId, path } = confirm;
  const name: NodeName = path === undefined ? { nodeId } : { path: filledPath(path, captures) };
  const nodes = await link.locate(name);
  const [node, ...more] = typeof nodes === "string" ? [] : nodes;
  if (node !== undefined && more.length === 0) return { nodeId: node.nodeId, rule: { ...confirm, ...name } };
  const why = typeof nodes === "string" ? nodes : `${name.path} leads to ${nodes.length} nodes`;
  return `nothing was written: where ${command} is confirmed, ${why}`;
}

function unconfirmed(shown: NodeAnswer | string, wanted: OpcUaValue, where: string): WriteResult {
  if (typeof shown === "string") return { outcome: "sent", detail: `written, but ${shown}` };
  const { value, code } = shown;
  return { outcome: "differs", detail: `written, but ${where} shows ${value ?? code} and not ${wanted}` };
}

function nameOf({ path, nodeId }: { path?: string | null | undefined; nodeId?: string | undefined }): string {
  return path ?? nodeId ?? "the node";
}

function unsupported(detail: string): WriteResult {
  return { outcome: "unsupported", detail };
}
