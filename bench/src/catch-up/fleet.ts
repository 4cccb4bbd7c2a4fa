import { agentTopics, channelIdOf, encodeBatch, MAX_BATCHES_IN_FLIGHT, type WireReading } from "@nightflow/domain";
import { type Load, packetIdOf } from "../ingest/raw-agent.ts";

/** The name of the site that everything here belongs to. */
export const SITE = "bench";
/** Meters of a district; the first of each is its inlet. */
export const DISTRICT_METERS = 2000;
/** One meter in so many never stands still. */
const LEAKY_IN = 1000;
const FIRST_COUNTS = 1_000_000;

/** What is caught up: `meters` × `rounds` readings, in batches of `batch`, by `agents`. */
export interface CatchUpPlan {
  readonly meters: number;
  readonly rounds: number;
  readonly minutes: number;
  readonly batch: number;
  readonly agents: number;
  readonly startMs: number;
}

/** Id of a meter; all are of one length. */
export function meterId(no: number): string {
  return `M${String(no).padStart(7, "0")}`;
}

/** Litres that a meter has counted by a round: nothing at night but for a leak, a rate of its own by day. */
export function litresAt(meter: number, hours: number): number {
  const days = Math.floor(hours / 24);
  const used = (days * 16 + Math.max(0, Math.min(16, (hours % 24) - 6))) * (3 + (meter % 17));
  return Math.round(used + (meter % LEAKY_IN === 1 ? hours * 80 : 0));
}

/** One batch's array of readings as text, of which every round changes only digits. */
interface Template {
  readonly bytes: Buffer;
  readonly firstMeter: number;
  readonly readings: number;
}

/**
 * The readings of one agent as frames that are made where they are sent: text of fixed width, in which time and counts
 * are written over. An agent holds its window of batches at most, so a frame's bytes are free again a round later.
 */
export class FleetLoad implements Load {
  readonly count: number;
  readonly #plan: CatchUpPlan;
  readonly #agent: number;
  readonly #topic: Buffer;
  readonly #templates: Template[];
  /** Whether a frame has its PUBACK before its bytes are written over. */
  readonly #isRoundLong: boolean;

  constructor(plan: CatchUpPlan, agent: number) {
    this.#plan = plan;
    this.#agent = agent;
    this.#topic = Buffer.from(agentTopics(SITE, `a${agent}`).readings);
    this.#templates = templatesOf(plan, agent);
    this.#isRoundLong = this.#templates.length > MAX_BATCHES_IN_FLIGHT;
    this.count = this.#templates.length * plan.rounds;
  }

  *pieces(from: number, until: number): Iterable<Uint8Array> {
    for (let frame = from; frame < until; frame++) {
      const template = this.#templates[frame % this.#templates.length];
      if (template === undefined) return;
      this.#fill(template, Math.floor(frame / this.#templates.length));
      yield this.#head(frame, template.bytes.length);
      yield this.#isRoundLong ? template.bytes : Buffer.from(template.bytes);
    }
  }

  #fill({ bytes, firstMeter, readings }: Template, round: number): void {
    const { startMs, minutes } = this.#plan;
    const [hours, atMs] = [(round * minutes) / 60, Buffer.from(String(startMs + round * minutes * 60_000))];
    for (let i = 0; i < readings; i++) {
      const at = 1 + i * ENTRY_BYTES;
      bytes.set(atMs, at + TIME_AT);
      writeDigits(bytes, at + COUNTS_AT, FIRST_COUNTS + litresAt(firstMeter + i, hours));
    }
  }

  #head(frame: number, bodyBytes: number): Buffer {
    const seq = frame + 1;
    const epoch = `catch-up-${this.#agent}`;
    const text = Buffer.from(
      `{"v":1,"origin":"live","epoch":"${epoch}","seq":${seq},"sentAt":${Date.now()},"readings":`,
    );
    const id = packetIdOf(frame);
    const length = 2 + this.#topic.length + 2 + text.length + bodyBytes;
    const fixed = [0x32, (length & 127) | 128, ((length >> 7) & 127) | (length >= 16_384 ? 128 : 0)];
    if (length >= 16_384) fixed.push(length >> 14);
    const topicLength = [this.#topic.length >> 8, this.#topic.length & 255];
    return Buffer.concat([
      Buffer.from([...fixed, ...topicLength]),
      this.#topic,
      Buffer.from([id >> 8, id & 255]),
      text,
    ]);
  }
}

const SAMPLE = entryOf(0, 1_000_000_000_000, FIRST_COUNTS);
const ENTRY_BYTES = SAMPLE.length + 1;
const TIME_AT = SAMPLE.indexOf("1000000000000");
const COUNTS_AT = SAMPLE.lastIndexOf(String(FIRST_COUNTS));

function entryOf(meter: number, atMs: number, counts: number): string {
  const reading: WireReading = [channelIdOf(meterId(meter), "forward_total"), atMs, counts, 0];
  return JSON.stringify(reading);
}

function templatesOf({ meters, agents, batch }: CatchUpPlan, agent: number): Template[] {
  const [first, end] = [Math.floor((meters * agent) / agents), Math.floor((meters * (agent + 1)) / agents)];
  const templates: Template[] = [];
  for (let firstMeter = first; firstMeter < end; firstMeter += batch) {
    const readings = Math.min(batch, end - firstMeter);
    const entries = Array.from({ length: readings }, (_, i) =>
      entryOf(firstMeter + i, 1_000_000_000_000, FIRST_COUNTS),
    );
    templates.push({ bytes: Buffer.from(`[${entries.join(",")}]}`), firstMeter, readings });
  }
  return templates;
}

function writeDigits(bytes: Buffer, at: number, value: number): void {
  let left = value;
  for (let place = at + 6; place >= at; place--) {
    const tens = (left / 10) | 0;
    bytes[place] = 48 + left - tens * 10;
    left = tens;
  }
}

/** Small batches of a live agent, one after another: five meters of its own, a second further each time. */
export function* livePayloads(agent: number, count: number, startMs: number): Generator<string> {
  for (let seq = 1; seq <= count; seq++) {
    const atMs = startMs + seq * 1000;
    const readings = Array.from({ length: 5 }, (_, i): WireReading => {
      return [channelIdOf(liveMeterId(agent, i), "forward_total"), atMs, 5000 + seq, 0];
    });
    yield encodeBatch({ origin: "live", epoch: `live-${agent}`, seq, sentAt: atMs, readings });
  }
}

/** Id of one of the five meters of a live agent. */
export function liveMeterId(agent: number, no: number): string {
  return `L${agent}-${no}`;
}
