import { writeFileSync } from "node:fs";
import { request } from "node:http";
import type { Socket } from "node:net";
import { join } from "node:path";
import { agentTopics, encodeAck, type WireReading } from "@nightflow/domain";
import type { ApiClient } from "@nightflow/nightflow";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { Device } from "../support/device.ts";
import { eventually } from "../support/eventually.ts";
import { AGENT, Installation, SITE } from "../support/installation.ts";
import { bareClient, packet, remainingLength } from "../support/raw-mqtt.ts";
import { testedStores } from "../support/stores.ts";

type List = "dead_letter" | "quarantine" | "conflict";

interface SetAside {
  readonly agent: string;
  readonly channel: string | null;
  readonly readAt: number | null;
  readonly raw: string;
  readonly reasonCode: string;
  readonly reason: string;
}

const OTHER = "gw-2";
const CHANNEL = "N1-INLET.forward_total";
const NEIGHBOUR = "N2-INLET.forward_total";
const HOUR_MS = 3_600_000;

describe.each(testedStores())("bad input to a running head-end, on $name", (store) => {
  describe.runIf(store.isThere)("with people and devices signed in", () => {
    let installation: Installation;
    let api: ApiClient;
    let device: Device;
    let startMs: number;
    let sent = 0;

    beforeAll(async () => {
      installation = await Installation.make({
        place: await store.place(),
        factor: "real",
        homesPerDma: 1,
        gasCustomers: 0,
        identities: [{ name: OTHER, role: "agent" }],
      });
      await installation.startUp();
      api = await installation.signIn("collector");
      startMs = installation.liveStartMs - 1000 * HOUR_MS;
    });

    afterAll(() => installation?.close());

    beforeEach(async () => {
      device = await Device.connect(installation);
    });

    afterEach(() => device.close());

    const access = () => ({ port: installation.ports.mqtt, password: installation.mqttPassword(AGENT) });
    const page = (list: List) =>
      api.get<{ items: SetAside[]; counts: { stored: number } }>(`/api/set-aside/${list}?limit=200`);
    const storedCount = async () => (await page("dead_letter")).counts.stored;
    const setAside = (list: List, code: string, isIt: (row: SetAside) => boolean = () => true) =>
      eventually(`${code} on the ${list} list`, async () =>
        (await page(list)).items.find((row) => row.reasonCode === code && isIt(row)),
      );
    /** A register reading that is right in every way, an hour after the one before. */
    const good = (channel = CHANNEL): WireReading => [channel, startMs + ++sent * HOUR_MS, 1_000_000 + sent * 50, 0];
    const stillWorks = async () => {
      const before = await storedCount();
      await using other = await connected();
      await other.device.send(good());
      expect(await storedCount()).toBe(before + 1);
    };
    const connected = async () => {
      const fresh = await Device.connect(installation);
      return { device: fresh, [Symbol.asyncDispose]: () => fresh.close() };
    };

    it("sets garbage on a topic aside, once, with words that say what came", async () => {
      const garbage = Buffer.from([0, 255, 1, 2, 3, 254, 123]);
      expect(await device.publish(agentTopics(SITE, AGENT).readings, garbage)).toBe(true);
      expect((await setAside("dead_letter", "NOT_JSON")).reason).toMatch(/JSON/);
      await device.publish(agentTopics(SITE, AGENT).readings, JSON.stringify({ v: 1, hello: "world" }));
      const noBatch = await setAside("dead_letter", "NOT_A_BATCH");
      expect(noBatch).toMatchObject({ agent: `${SITE}/${AGENT}`, raw: expect.stringContaining("hello") });
      await stillWorks();
    });

    it("hangs up on a packet of 300 MB before its body has come, whichever way its length is written", async () => {
      const topic = Buffer.from(agentTopics(SITE, AGENT).readings);
      const head = Buffer.concat([Buffer.from([0, topic.length]), topic, Buffer.from([0, 1])]);
      // The longest that MQTT can write is 256 MB; 300 MB takes a fifth byte of length, which is no MQTT.
      for (const length of [remainingLength(2 ** 28 - 1), remainingLength(300 * 1024 * 1024)]) {
        const socket = await bareClient({ ...access(), username: AGENT });
        const closed = closeOf(socket);
        socket.write(Buffer.concat([Buffer.from([0x32]), length, head, Buffer.alloc(2 * 1024 * 1024)]));
        socket.resume();
        await closed;
      }
      const { reason } = await setAside("dead_letter", "REFUSED_TOO_LARGE");
      expect(reason).toMatch(/larger than allowed/);
      await stillWorks();
    });

    it("refuses a request of 300 MB by its length, with the limit in the answer", async () => {
      const { status, body } = await requestOf300Mb(installation.ports.api);
      expect(status).toBe(413);
      expect(JSON.parse(body)).toMatchObject({ code: expect.any(String), remedy: expect.any(String) });
      await stillWorks();
    });

    it("hangs up on a topic that is not UTF-8, and sets a payload aside that is not, legibly", async () => {
      const socket = await bareClient({ ...access(), username: AGENT });
      const closed = closeOf(socket);
      socket.write(packet(0x32, Buffer.from([0, 4, 0x6e, 0xc3, 0x28, 0xff, 0, 1]), Buffer.from("x")));
      socket.resume();
      await closed;
      const broken = Buffer.concat([
        Buffer.from('{"v":1,"epoch":"'),
        Buffer.from([0xc3, 0x28, 0xff]),
        Buffer.from('"}'),
      ]);
      expect(await device.publish(agentTopics(SITE, AGENT).readings, broken)).toBe(true);
      const { raw } = await setAside("dead_letter", "NOT_JSON", (row) => row.raw.includes("epoch"));
      expect(raw).toContain("\u{fffd}");
      await stillWorks();
    });

    it("refuses a wrong password and shows who tried", async () => {
      await expect(Device.connect(installation, AGENT, "not the password")).rejects.toThrow(
        /username or password|not authorized/i,
      );
      const { agent, reason } = await setAside("dead_letter", "REFUSED_WRONG_PASSWORD");
      expect(agent).toBe(AGENT);
      expect(reason).toMatch(/the user name or the password is wrong/);
      await stillWorks();
    });

    it("refuses readings on the topic of another agent, and stores none of them", async () => {
      const before = await storedCount();
      const topic = agentTopics(SITE, OTHER).readings;
      const batch = JSON.stringify({ v: 1, origin: "live", epoch: "e", seq: 1, sentAt: 1, readings: [good()] });
      expect(await device.publish(topic, batch)).toBe(false);
      const { reason } = await setAside("dead_letter", "REFUSED_TOPIC_WITHOUT_RIGHT", (row) =>
        row.reason.includes(topic),
      );
      expect(reason).toMatch(/no right to the topic/);
      expect(await storedCount()).toBe(before);
      await stillWorks();
    });

    it("refuses a forged ack, so that no agent lets go of what is not stored", async () => {
      const victim = await Device.connect(installation, OTHER);
      const topic = agentTopics(SITE, OTHER).ack;
      expect(await device.publish(topic, encodeAck({ epoch: "forged" as never, seq: 99, above: [] }))).toBe(false);
      await setAside("dead_letter", "REFUSED_TOPIC_WITHOUT_RIGHT", (row) => row.reason.includes(topic));
      await victim.send(good(NEIGHBOUR));
      expect(victim.acks.filter((ack) => ack.includes("forged"))).toEqual([]);
      await victim.close();
      await stillWorks();
    });

    it.each([
      {
        what: "a reading from 1970",
        code: "TIME_OUT_OF_RANGE",
        reading: [CHANNEL, 86_400_000, 5, 0],
        words: /before 2000/,
      },
      {
        what: "a reading from next year",
        code: "TIME_OUT_OF_RANGE",
        reading: [CHANNEL, Date.now() + 365 * 24 * HOUR_MS, 5, 0],
        words: /ahead/,
      },
      {
        what: "half a count of a register",
        code: "NOT_A_COUNT",
        reading: [CHANNEL, Date.now() - HOUR_MS, 1.5, 0],
        words: /count/,
      },
      {
        what: "a register wider than 64 bits",
        code: "TOO_WIDE",
        reading: [CHANNEL, Date.now() - HOUR_MS, "9".repeat(20), 0],
        words: /64 bit/,
      },
      {
        what: "a reading that is none",
        code: "MALFORMED_READING",
        reading: [CHANNEL, "noon", 5, 0],
        words: /malformed/,
      },
    ])("puts $what on the dead letter and stores its neighbours", async ({ code, reading, words }) => {
      const before = await storedCount();
      const isThisOne = (row: SetAside) => row.raw === JSON.stringify(reading);
      await device.send(good(), reading as unknown as WireReading, good(NEIGHBOUR));
      const row = await setAside("dead_letter", code, isThisOne);
      expect(row.reason).toMatch(words);
      expect(row.channel).toBe(CHANNEL);
      expect(await storedCount()).toBe(before + 2);
    });

    it("keeps a register that falls, as suspect", async () => {
      const [channel, readAt] = good();
      await device.send([channel, readAt, 7, 0]);
      const { items } = await api.get<{ items: { readAt: number; quality: string; flags: string[] }[] }>(
        `/api/meters/N1-INLET/readings?from=${readAt}&to=${readAt + 1}`,
      );
      expect(items).toMatchObject([{ quality: "suspect", flags: ["negative"] }]);
      await stillWorks();
    });

    it("quarantines the readings of an unknown channel and lists them", async () => {
      await device.send(good("NOBODY.forward_total"), good(NEIGHBOUR));
      const { channel, reason } = await setAside("quarantine", "UNKNOWN_CHANNEL");
      expect(channel).toBe("NOBODY.forward_total");
      expect(reason).toMatch(/NOBODY\.forward_total/);
      await stillWorks();
    });

    it("names what is wrong with a file that is no readings file, and changes nothing", async () => {
      const before = await storedCount();
      const file = join(installation.folder, "broken.csv");
      writeFileSync(file, "meter;time;value\nM-1;today;5\n");
      const { code, stderr } = await installation.importByCommand(file);
      expect(code).toBe(2);
      expect(stderr).toMatch(/no column meter, read_at, forward_total_m3/);
      expect(stderr).not.toMatch(/ {4}at /);
      expect(await storedCount()).toBe(before);
      await stillWorks();
    });
  });
});

function closeOf(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    socket.once("close", () => resolve());
  });
}

/** What the API answers to a request that says to be so long; only its beginning is sent. */
function requestOf300Mb(port: number): Promise<{ readonly status: number; readonly body: string }> {
  const headers = { "content-type": "application/json", "content-length": 300 * 1024 * 1024 };
  return new Promise((resolve, reject) => {
    const asked = request({ host: "127.0.0.1", port, path: "/api/session", method: "POST", headers }, (answer) => {
      let body = "";
      answer.on("data", (bytes: Buffer) => {
        body += bytes;
      });
      answer.on("end", () => {
        asked.destroy();
        resolve({ status: answer.statusCode ?? 0, body });
      });
    });
    asked.on("error", reject);
    asked.write("{");
  });
}
