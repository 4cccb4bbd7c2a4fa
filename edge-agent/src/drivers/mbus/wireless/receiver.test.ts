import { randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AgentConfig, type PlainTelegrams, type Reading } from "@nightflow/domain";
import pino from "pino";
import { afterEach, describe, expect, it } from "vitest";
import { FakeTime } from "../../../testing/fake-time.ts";
import { BinaryCutter, LineCutter, telegramOfLine } from "./gateway-lines.ts";
import { parseKeys } from "./keys.ts";
import { WmbusReceiver } from "./receiver.ts";
import { ReplayJournal } from "./replay-journal.ts";
import { Replays } from "./replays.ts";

const START = Date.UTC(2026, 0, 31, 4);
const PERIOD_MS = 900_000;
const IPERL = "1844AE4C4455223368077A55000000041389E20100023B0000";
const IPERL_LATER = "1844AE4C4455223368077A56000000041393E20100023B0000";
const GAS = "2E4493157856341233037A2A0020055923C95AAA26D1B2E7493B013EC4A6F6D3529B520EDFF0EA6DEFC99D6D69EBF3";
const GAS_KEY = "0102030405060708090A0B0C0D0E0F11";
const GAS_B =
  "434493157856341233037AC98C2075900F002C25B30A000021924D4FBA372FB66E017A75002007109058475F4BC9D1281DF878B80A1B0F98B629024AAC7279429398BFC549233C0140829B93BAA1";
const OPEN = "041389E20100023B0000";
/** Telegrams that bear the gas meter's name, and that anybody can make. */
const FORGED = {
  "without encryption": `18449315785634123303${"7A55000000"}${OPEN}`,
  "that announces encryption and encrypts nothing": `18449315785634123303${"7A56000005"}${OPEN}`,
  "with a record behind what is encrypted": `34${GAS.slice(2)}0413FFFFFF00`,
  "with the highest counter and no proof of it": `2144931578563412330390060008FFFFFFFF${"7A5700000710"}${OPEN}`,
} as const;
const bytesOf = (hex: string) => Buffer.from(hex, "hex");
const folders: string[] = [];

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function setUp(
  keys = `ELS-12345678 ${GAS_KEY}`,
  kept?: string,
  plain: { readonly bus?: PlainTelegrams; readonly gas?: PlainTelegrams } = {},
) {
  const folder = kept ?? mkdtempSync(join(tmpdir(), "nightflow-wmbus-"));
  folders.push(folder);
  writeFileSync(join(folder, "keys"), keys);
  const time = new FakeTime(START);
  const config = AgentConfig.parse({
    v: 1,
    channels: [
      { id: "W.total", quantity: "forward_total", unit: "m3", resolution: 0.001 },
      { id: "W.flow", quantity: "flow", unit: "m3/h" },
      { id: "G.total", quantity: "vm_total", unit: "m3", resolution: 0.01 },
    ],
    buses: [
      {
        id: "radio",
        kind: "wmbus",
        source: { kind: "tcp-listen", port: 1 },
        keysFile: "keys",
        plain: plain.bus,
        units: [
          { meter: "W", address: "SEN-33225544", periodS: 900, channels: { volume: "W.total", flow: "W.flow" } },
          { meter: "G", address: "ELS-12345678", periodS: 900, plain: plain.gas, channels: { volume: "G.total" } },
        ],
      },
    ],
  });
  const [bus] = config.buses;
  if (bus?.kind !== "wmbus") throw new Error("set-up");
  const channels = new Map(config.channels.map((channel) => [channel.id as string, channel]));
  const readings: Reading[] = [];
  const receiver = new WmbusReceiver({
    bus,
    channels,
    dataDir: folder,
    clock: time,
    timers: time,
    logger: pino({ level: "silent" }),
    collect: (taken) => readings.push(...taken),
  });
  const good = (channel: string) =>
    readings.flatMap((reading) => (reading.channel === channel && "value" in reading ? [reading.value] : []));
  return { folder, time, receiver, readings, good };
}

describe("a radio receiver", () => {
  it("keeps one telegram of each period of a meter", async () => {
    const { time, receiver, good } = setUp();
    receiver.take(bytesOf(IPERL));
    receiver.take(bytesOf(IPERL_LATER));
    expect(good("W.total")).toEqual([123529]);
    await time.run(PERIOD_MS);
    receiver.take(bytesOf(IPERL_LATER.replace("7A56", "7A57")));
    expect(good("W.total")).toEqual([123529, 123539]);
  });

  it("says missing for a period in which a meter was not heard", async () => {
    const { time, receiver, readings } = setUp();
    receiver.take(bytesOf(IPERL));
    await time.run(PERIOD_MS * 2 + 1000);
    const missing = readings.filter(({ channel, quality }) => channel === "W.total" && quality === "missing");
    expect(missing).toMatchObject([{ readAt: START + PERIOD_MS, reason: "timeout" }]);
    expect(receiver.health()[0]?.state).toBe("silent");
  });

  it("decrypts with the key of the file", () => {
    const { receiver, good } = setUp();
    receiver.take(bytesOf(GAS));
    expect(good("G.total")).toEqual([2850427]);
  });

  it.each([
    ["without a key", "# nobody", "the meter encrypts and the keys file has no key for it"],
    ["with another's key", `ELS-12345678 ${"AB".repeat(16)}`, "the key in the keys file is not the meter's"],
  ])("%s says so at the meter, and which of the two it is", (_, keys, words) => {
    const { receiver, good } = setUp(keys);
    receiver.take(bytesOf(GAS));
    expect(good("G.total")).toEqual([]);
    expect(receiver.health()[1]).toMatchObject({ state: "failing", lastError: words });
  });

  it("drops what two gateways give twice", () => {
    const { receiver } = setUp();
    receiver.take(bytesOf(IPERL));
    receiver.take(bytesOf(IPERL));
    expect(receiver.lineHealth()).toMatchObject({ requests: 2, strays: 1 });
  });

  it("drops an authenticated telegram that was recorded and sent again", async () => {
    const { time, receiver, good } = setUp("ELS-12345678 000102030405060708090A0B0C0D0E0F");
    receiver.take(bytesOf(GAS_B));
    await time.run(PERIOD_MS * 20);
    receiver.take(bytesOf(GAS_B));
    expect(good("G.total")).toEqual([2850427]);
  });

  it("knows after a restart what it took before, authenticated or not, whole or with its journal cut", async () => {
    const keys = "ELS-12345678 000102030405060708090A0B0C0D0E0F";
    const first = setUp(keys);
    first.receiver.take(bytesOf(GAS_B));
    first.receiver.take(bytesOf(IPERL));
    await first.receiver.close();
    const journal = join(first.folder, "wmbus", "radio.replays");
    const second = setUp(keys, first.folder);
    second.receiver.take(bytesOf(GAS_B));
    second.receiver.take(bytesOf(IPERL));
    expect([second.good("G.total"), second.good("W.total")]).toEqual([[], []]);
    second.receiver.take(bytesOf(IPERL_LATER));
    expect(second.good("W.total")).toEqual([123539]);
    await second.receiver.close();
    truncateSync(journal, statSync(journal).size - 5);
    const third = setUp(keys, first.folder);
    third.receiver.take(bytesOf(GAS_B));
    third.receiver.take(bytesOf(IPERL_LATER));
    expect([third.good("G.total"), third.good("W.total")]).toEqual([[], [123539]]);
    await third.receiver.close();
  });

  it("refuses nothing good for a journal that is rubbish, or that cannot be written", async () => {
    const { folder, receiver } = setUp();
    await receiver.close();
    mkdirSync(join(folder, "wmbus"));
    writeFileSync(join(folder, "wmbus", "radio.replays"), randomBytes(5000));
    const rubbish = setUp(undefined, folder);
    rubbish.receiver.take(bytesOf(IPERL));
    await rubbish.receiver.close();
    rmSync(join(folder, "wmbus"), { recursive: true });
    writeFileSync(join(folder, "wmbus"), "");
    const unwritable = setUp(undefined, folder);
    unwritable.receiver.take(bytesOf(IPERL));
    expect([rubbish.good("W.total"), unwritable.good("W.total")]).toEqual([[123529], [123529]]);
    await unwritable.receiver.close();
  });

  it("asked to read a meter now, says that it sends by itself, and when it last did", async () => {
    const { time, receiver } = setUp("# nobody");
    expect(await receiver.readNow("W")).toMatchObject({ outcome: "unasked", detail: /no telegram of it has come/ });
    await time.run(1000);
    receiver.take(bytesOf(IPERL));
    receiver.take(bytesOf(GAS));
    expect((await receiver.readNow("W")).detail).toMatch(/its last telegram came at 2026-01-31T04:00:01Z$/);
    expect((await receiver.readNow("G")).detail).toMatch(/could not be read: the meter encrypts and the keys file/);
    expect(await receiver.readNow("X")).toMatchObject({ outcome: "unknown-meter" });
  });

  it("lists the meters that it hears and that no unit is", () => {
    const { receiver } = setUp();
    const neighbour = bytesOf("1444AE0C7856341201078C2027780B134365877AC5");
    receiver.take(neighbour);
    receiver.take(neighbour);
    expect(receiver.unknownMeters()).toMatchObject({
      telegrams: 2,
      latest: [{ address: "CEN-12345678", medium: 7, telegrams: 2, lastAt: START }],
    });
    expect(receiver.lineHealth().strangers).toEqual([{ name: "CEN-12345678", times: 2, lastAt: START }]);
  });

  it("counts what is damaged, and goes on", () => {
    const { receiver, good } = setUp();
    receiver.take(bytesOf(IPERL).subarray(0, 12));
    receiver.take(Buffer.alloc(0));
    receiver.take(bytesOf(IPERL));
    expect(receiver.lineHealth().exceptions).toBe(2);
    expect(good("W.total")).toEqual([123529]);
  });
});

describe("a meter that has a key", () => {
  it.each(Object.entries(FORGED))(
    "is not read from a telegram %s, and its health says so with what to do",
    (_, forged) => {
      const { receiver, good } = setUp();
      receiver.take(bytesOf(forged));
      expect(good("G.total")).toEqual([]);
      const [, gas] = receiver.health();
      expect(gas).toMatchObject({ state: "failing", failures: 1 });
      expect(gas?.lastError).toMatch(
        /^refused 1 telegram without encryption, last 2026-01-31T04:00:00Z.*set plain: accept/,
      );
      expect(receiver.lineHealth().strays).toBe(1);
    },
  );

  it("is read from its own between forged ones, and for a day it is told that there were some", async () => {
    const { time, receiver, good } = setUp();
    for (let n = 0; n < 20; n++) receiver.take(bytesOf(FORGED["without encryption"].replace("7A55", `7A${n + 10}`)));
    receiver.take(bytesOf(GAS));
    expect(good("G.total")).toEqual([2850427]);
    expect(receiver.health()[1]).toMatchObject({ state: "good", lastError: /^refused 20 telegrams/ });
    expect(receiver.health()[1]?.lastError?.length).toBeLessThanOrEqual(200);
    // The true one is still remembered, so that playing it back brings nothing.
    await time.run(PERIOD_MS);
    receiver.take(bytesOf(GAS));
    expect(good("G.total")).toEqual([2850427]);
  });

  it("is missing for a period in which only forged ones came", async () => {
    const { time, receiver, readings } = setUp();
    receiver.take(bytesOf(FORGED["without encryption"]));
    await time.run(PERIOD_MS + 1000);
    expect(readings.filter(({ channel }) => channel === "G.total")).toMatchObject([{ quality: "missing" }]);
  });

  it.each([
    ["its unit", { gas: "accept" }],
    ["its bus", { bus: "accept" }],
  ] as const)("is read without encryption where %s accepts that", (_, plain) => {
    const { receiver, good } = setUp(undefined, undefined, plain);
    receiver.take(bytesOf(FORGED["without encryption"]));
    expect(good("G.total")).toEqual([12353]);
    expect(receiver.health()[1]).toMatchObject({ state: "good", lastError: null });
  });

  it("is not shut out by a counter that nobody proved, also where plain telegrams are accepted", async () => {
    const keys = "ELS-12345678 000102030405060708090A0B0C0D0E0F";
    const { time, receiver, good } = setUp(keys, undefined, { gas: "accept" });
    receiver.take(bytesOf(FORGED["with the highest counter and no proof of it"]));
    await time.run(PERIOD_MS);
    receiver.take(bytesOf(GAS_B));
    expect(good("G.total").at(-1)).toBe(2850427);
  });

  it("and one that has none are both refused without encryption where the bus says refuse, unless a unit accepts it", () => {
    const { receiver, good } = setUp(undefined, undefined, { bus: "refuse", gas: "accept" });
    receiver.take(bytesOf(IPERL));
    receiver.take(bytesOf(FORGED["without encryption"]));
    expect([good("W.total"), good("G.total")]).toEqual([[], [12353]]);
    expect(receiver.health()[0]?.lastError).toMatch(/as plain is refuse/);
  });
});

describe("telegrams that came before", () => {
  const telegram = (n: number) => Buffer.of(n);

  it("are told apart: heard twice, played back, or new", () => {
    const replays = new Replays();
    expect(replays.judge("M", telegram(1), 100)).toBe("new");
    expect(replays.judge("M", telegram(1), 100)).toBe("repeat");
    expect(replays.judge("M", telegram(2), 101)).toBe("new");
    expect(replays.judge("M", telegram(3), 99)).toBe("replay");
    expect(replays.judge("N", telegram(3), 99)).toBe("new");
  });

  it("are taken again with a new key, or where somebody has ordered retry", () => {
    const replays = new Replays();
    const [one, two] = [Buffer.alloc(16, 1), Buffer.alloc(16, 2)];
    replays.judge("M", telegram(1), 100, one);
    expect(replays.judge("M", telegram(2), 5, one)).toBe("replay");
    expect(replays.judge("M", telegram(3), 5, two)).toBe("new");
    expect(replays.judge("M", telegram(4), 4, two)).toBe("replay");
    replays.forget("M");
    expect(replays.judge("M", telegram(4), 4, two)).toBe("new");
  });

  it("take no more room on disk however many they are", () => {
    const folder = mkdtempSync(join(tmpdir(), "nightflow-replays-"));
    folders.push(folder);
    const path = join(folder, "radio.replays");
    const open = () => new ReplayJournal({ path, logger: pino({ level: "silent" }), timers: new FakeTime(START) });
    const replays = new Replays(open());
    for (let n = 0; n < 12_000; n++) replays.judge(`M-${n % 3}`, Buffer.from(String(n)), n);
    replays.close();
    expect(statSync(path).size).toBeLessThan(6000 * 60);
    const again = new Replays(open());
    expect(again.judge("M-0", telegram(0), 11_990)).toBe("replay");
    expect(again.judge("M-0", telegram(1), 12_000)).toBe("new");
    again.close();
  });

  it("stay old when they are out of the memory of what was heard, where a counter tells", () => {
    const replays = new Replays();
    for (let n = 0; n < 20; n++) replays.judge("M", telegram(n), n);
    expect(replays.judge("M", telegram(0), 0)).toBe("replay");
  });
});

describe("a line of a gateway", () => {
  it.each([
    ["hex", IPERL],
    ["hex with blanks", IPERL.replace(/(..)/g, "$1 ")],
    ["hex as a CUL writes it", `b${IPERL}`],
    ["rtl_wmbus", `T1;1;1;2019-04-03 19:00:42.000;97;148;33225544;0x${IPERL}`],
    ["the log of wmbusmeters", `telegram=|${IPERL.slice(0, 22)}_${IPERL.slice(22)}|+32`],
    ["JSON", JSON.stringify({ rssi: -71, telegram: IPERL })],
  ])("may be %s", (_, line) => {
    expect(telegramOfLine(line)?.toString("hex").toUpperCase()).toBe(IPERL);
  });

  it.each([
    ["an rtl_wmbus line whose CRC was wrong", `T1;0;0;2019-04-03 19:00:42.000;97;148;33225544;0x${IPERL}`],
    ["words", "hello"],
    ["half a byte", IPERL.slice(1)],
    ["broken JSON", "{"],
    ["JSON without hex", '{"telegram":7}'],
    ["more than a telegram can be", "AB".repeat(300)],
  ])("is none: %s", (_, line) => {
    expect(telegramOfLine(line)).toBeUndefined();
  });

  it("may come in pieces", () => {
    const cutter = new LineCutter();
    expect(cutter.push(Buffer.from(IPERL.slice(0, 10))).telegrams).toEqual([]);
    const { telegrams, noise } = cutter.push(Buffer.from(`${IPERL.slice(10)}\r\nnonsense\n${IPERL}\n`));
    expect([telegrams.length, noise]).toEqual([2, 1]);
  });

  it("is a bare telegram after its length where the gateway sends bytes", () => {
    const cutter = new BinaryCutter();
    const stream = Buffer.concat([bytesOf(IPERL), bytesOf(GAS)]);
    expect(cutter.push(stream.subarray(0, 40)).telegrams).toHaveLength(1);
    expect(cutter.push(stream.subarray(40)).telegrams[0]?.toString("hex").toUpperCase()).toBe(GAS);
  });
});

describe("a file of keys", () => {
  it("holds a meter and its key on each line", () => {
    const keys = parseKeys(`# radio\nKAM-12345678 ${GAS_KEY}\n\nels-12345678=${GAS_KEY} # gas\n`, "keys");
    expect([...keys.keys()]).toEqual(["KAM-12345678", "ELS-12345678"]);
  });

  it("says which lines are wrong, and quotes no key", () => {
    const text = `KAM-1 ${GAS_KEY}\nKAM-12345678 ${GAS_KEY.slice(2)}\nELS-12345678 ${GAS_KEY}\nELS-12345678 ${GAS_KEY}`;
    expect(() => parseKeys(text, "keys")).toThrow(
      "keys: 3 fault(s)\n  - line 1: a line begins with a meter such as KAM-12345678\n  - line 2: the key of KAM-12345678 is not 32 hex digits\n  - line 4: ELS-12345678 is there twice",
    );
  });
});
