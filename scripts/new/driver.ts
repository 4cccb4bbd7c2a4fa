import { formsOf, type Skeleton } from "./insert.ts";

/** A driver for a protocol of questions and answers: its folder, the schema of its bus, and its entries in the tables. */
export function driverSkeleton(name: string): Skeleton {
  const { pascal, camel, upper, words } = formsOf(name);
  const folder = `edge-agent/src/drivers/${name}`;
  return {
    files: {
      [`domain/src/wire/buses/${name}.ts`]: busSchema(name, pascal),
      [`${folder}/errors.ts`]: errors(pascal, upper, words),
      [`${folder}/frame.ts`]: frame(pascal, words),
      [`${folder}/meter.ts`]: meter(name, pascal),
      [`${folder}/driver.ts`]: driver(name, pascal, camel),
      [`${folder}/frame.test.ts`]: test(pascal, words),
    },
    insertions: [
      {
        file: "domain/src/index.ts",
        text: `export * from "./wire/buses/${name}.ts";\n`,
        anchor: 'export * from "./wire/buses/transport.ts";\n',
        where: "after",
      },
      {
        file: "domain/src/wire/buses/bus.ts",
        text: `import { ${pascal}Bus } from "./${name}.ts";\n`,
        anchor: 'import { OpcUaBus } from "./opcua.ts";\n',
        where: "after",
      },
      {
        file: "domain/src/wire/buses/bus.ts",
        text: `${pascal}Bus, `,
        anchor: /(?<=discriminatedUnion\("kind", \[[^\]]*)WmbusBus/,
        where: "before",
      },
      {
        file: "edge-agent/src/drivers/drivers.ts",
        text: `import { ${camel}Driver } from "./${name}/driver.ts";\n`,
        anchor: 'import { opcUaDriver } from "./opcua/driver.ts";\n',
        where: "after",
      },
      {
        file: "edge-agent/src/drivers/drivers.ts",
        text: `  ${JSON.stringify(name)}: ${camel}Driver,\n`,
        anchor: "  wmbus: wmbusDriver,\n",
        where: "after",
      },
      {
        file: "edge-agent/README.md",
        text: `| \`${name}\` | ${words}: say here which meters, over what, and what it does not do |\n`,
        anchor: "<!-- drivers -->\n",
        where: "before",
      },
    ],
    failingTest: `${folder}/frame.test.ts`,
    next: [
      `put a captured answer and what the dial showed into ${folder}/frame.test.ts`,
      `decode it in ${folder}/frame.ts, then ask for it in ${folder}/meter.ts`,
      "npm run docs, and a simulated meter under simulators/src: docs/drivers.md says how",
    ],
  };
}

const busSchema = (name: string, pascal: string) => `import { z } from "zod";
import { Id } from "../text.ts";
import { Period } from "./period.ts";
import { SlowTransport } from "./slow-transport.ts";

/** One meter on a line of ${name}. */
export const ${pascal}Unit = z.strictObject({
  meter: Id,
  address: z.string().min(1).max(64).meta({ description: "As the meter is called on its line." }),
  periodS: Period,
  channels: z.record(Id, Id).meta({ description: "Register → channel id." }),
});
export type ${pascal}Unit = z.infer<typeof ${pascal}Unit>;

/** A line of ${name} meters. One request is in flight on it at any time. */
export const ${pascal}Bus = z.strictObject({
  id: Id,
  kind: z.literal("${name}"),
  transport: SlowTransport,
  timeoutMs: z
    .int()
    .min(100)
    .max(60_000)
    .default(3000)
    .meta({ description: "Longest wait for one answer.", unit: "ms" }),
  gapMs: z.int().min(0).max(10_000).default(100).meta({ description: "Pause between two requests.", unit: "ms" }),
  retries: z.int().min(0).max(10).default(1),
  units: z.array(${pascal}Unit).min(1).max(5000),
});
export type ${pascal}Bus = z.infer<typeof ${pascal}Bus>;
`;

const errors = (pascal: string, upper: string, words: string) => `import { MeterDataError } from "../../errors.ts";

/** Bytes that are no frame of ${words}. */
export class ${pascal}FrameError extends MeterDataError {
  readonly code = "${upper}_FRAME";
  readonly retriable = true;
}
`;

const frame = (pascal: string, words: string) => `import { ${pascal}FrameError } from "./errors.ts";

/** What one answer of a meter says. */
export interface ${pascal}Answer {
  readonly address: string;
  /** Whole digits of the total; its value is digits × 10^\`exponent\` m³. */
  readonly digits: number;
  readonly exponent: number;
}

/** The bytes that ask a meter for its total. */
export function encode${pascal}Request(address: string): Uint8Array {
  return Buffer.from(address, "latin1");
}

/**
 * The answer in some bytes: exactly one.
 *
 * @throws {${pascal}FrameError} when they hold none.
 */
export function decode${pascal}Frame(bytes: Uint8Array): ${pascal}Answer {
  throw new ${pascal}FrameError(\`no answer of ${words} is decoded yet, and \${bytes.length} bytes came\`);
}
`;

const meter = (
  name: string,
  pascal: string,
) => `import type { BusOf, ChannelDescription, MissingReason, Reading, UnitHealth } from "@nightflow/domain";
import { missingReading, readingOfDigits } from "../polled/channel-values.ts";
import { type Ask, askPatiently, type PolledMeter, type PollResult } from "../polled/polled-bus.ts";
import type { Question } from "../polled/question-line.ts";
import { ${pascal}FrameError } from "./errors.ts";
import { decode${pascal}Frame, encode${pascal}Request, type ${pascal}Answer } from "./frame.ts";

export interface ${pascal}MeterDeps {
  readonly unit: BusOf<"${name}">["units"][number];
  readonly channels: ReadonlyMap<string, ChannelDescription>;
  readonly timeoutMs: number;
  readonly now: () => number;
}

/** One meter: what it is asked, what its answers mean, and how it fares. */
export class ${pascal}Meter implements PolledMeter {
  readonly meter: string;
  readonly periodMs: number;
  readonly #deps: ${pascal}MeterDeps;
  #polls = 0;
  #failures = 0;
  #lastGoodAt: number | null = null;
  #state: UnitHealth["state"] = "good";

  constructor(deps: ${pascal}MeterDeps) {
    this.#deps = deps;
    this.meter = deps.unit.meter;
    this.periodMs = deps.unit.periodS * 1000;
  }

  isAwake(): boolean {
    return true;
  }

  async poll(ask: Ask, retries: number): Promise<PollResult> {
    const asked = await askPatiently(ask, () => this.#question(this.#deps.timeoutMs), retries);
    const readAt = this.#deps.now();
    this.#polls++;
    if (asked.kind !== "answer") {
      this.#failures++;
      this.#state = "silent";
      return { readings: this.absent(readAt, asked.kind), outcome: asked.kind === "timeout" ? "silent" : "disconnected" };
    }
    this.#state = "good";
    this.#lastGoodAt = readAt;
    const { digits, exponent } = asked.answer;
    const at = { readAt, flags: [] };
    const readings = this.#channels.map((one) => readingOfDigits(one, { digits, exponent, unit: "m3" }, at));
    return { readings, outcome: "answered" };
  }

  async probe(ask: Ask, maxRealMs: number): Promise<boolean> {
    return (await ask(this.#question(maxRealMs))).kind === "answer";
  }

  absent(readAt: number, reason: MissingReason): Reading[] {
    return this.#channels.map((channel) => missingReading(channel, readAt, reason));
  }

  health(): UnitHealth {
    const [meter, state, polls, failures] = [this.meter, this.#state, this.#polls, this.#failures];
    return { meter, state, lastGoodAt: this.#lastGoodAt, polls, failures, lastError: null };
  }

  get #channels(): ChannelDescription[] {
    const { unit, channels } = this.#deps;
    return Object.values(unit.channels).flatMap((id) => channels.get(id) ?? []);
  }

  #question(timeoutMs: number): Question<${pascal}Answer> {
    const { address } = this.#deps.unit;
    let rest: Buffer = Buffer.alloc(0);
    const take = (bytes: Uint8Array) => {
      rest = Buffer.concat([rest, bytes]);
      const answer = wholeAnswer(rest);
      return answer?.address === address ? answer : undefined;
    };
    return { bytes: encode${pascal}Request(address), timeoutMs, take };
  }
}

/** The answer once it is whole. */
function wholeAnswer(bytes: Uint8Array): ${pascal}Answer | undefined {
  try {
    return decode${pascal}Frame(bytes);
  } catch (error) {
    if (error instanceof ${pascal}FrameError) return undefined;
    throw error;
  }
}
`;

const driver = (name: string, pascal: string, camel: string) => `import type { Driver } from "../driver.ts";
import { PolledBus } from "../polled/polled-bus.ts";
import { QuestionLine } from "../polled/question-line.ts";
import { ${pascal}Meter } from "./meter.ts";

/** ${pascal}: say here which meters, over what. */
export const ${camel}Driver: Driver<"${name}"> = {
  kind: "${name}",
  faultsOf: () => [],
  open: (bus, { clock, logger, collect, transports, channels }) => {
    const { id, timeoutMs, retries, gapMs } = bus;
    const line = new QuestionLine({ transport: transports.make(bus.transport), gapMs, msPerByte: 0 });
    const now = () => clock.now();
    const meters = bus.units.map((unit) => new ${pascal}Meter({ unit, channels, timeoutMs, now }));
    return new PolledBus({ id, protocol: "${name}", timeoutMs, retries, meters, line, clock, logger, collect });
  },
};
`;

const test = (pascal: string, words: string) => `import { describe, expect, it } from "vitest";
import { decode${pascal}Frame } from "./frame.ts";

/** What a real meter answered, and what its dial showed then, in m³: put yours in. */
const CAPTURED = "00";
const SHOWN = 123.456;

describe("an answer of ${words}", () => {
  it("says what the dial showed", () => {
    const { digits, exponent } = decode${pascal}Frame(Buffer.from(CAPTURED.replaceAll(" ", ""), "hex"));
    expect(digits * 10 ** exponent).toBeCloseTo(SHOWN, 9);
  });
});
`;
