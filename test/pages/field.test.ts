import type { Browser, Page } from "playwright-core";
import { afterEach, describe, expect, it } from "vitest";
import { standInForAgents } from "./agent-stand-in.ts";
import { seriousFaults } from "./axe.ts";
import { hasChromium, isWiderThanWindow, keepPicture, openWindow, settled, signIn } from "./browser.ts";
import { NOW } from "./content.ts";
import { inAFreshWorldEach } from "./each-world.ts";
import type { World } from "./stage.ts";

const CHANNEL = "HOTEL-1.forward_total";

const PUMP = {
  protocol: "modbus",
  name: "pump",
  model: "Pump meter",
  source: { document: "Manual", pages: "3", reference: "on paper" },
  addressBase: 0,
  registers: {
    total: {
      ...{ quantity: "forward_total", functionCode: 3, unit: "m3", resolution: 0.001 },
      parts: [{ address: 0, type: "uint32", order: "CDAB" }],
    },
  },
  vectors: [{ register: "total", words: ["1234 0000"], value: 4660, unit: "m3", verified: true, source: "meter 7" }],
};

const UNITS = {
  ...{ mode: "scan", asked: Array.from({ length: 30 }, (_, at) => at + 1), notAsked: [31, 32] },
  units: [{ unitId: 7, latencyMs: 41, exception: null, profiles: [] }],
};

const TOTAL = { address: 0, type: "uint32", order: "CDAB" };

const BLOCK = {
  ...{
    mode: "read",
    unitId: 7,
    read: { functionCode: 3, from: 0, to: 39 },
    refused: [[4, 39]],
    fault: "illegal address",
  },
  runs: [{ from: 0, words: "1234 0000 0000 0001" }],
  decodings: [
    { address: 0, type: "uint16", order: "ABCD", value: 4660 },
    { ...TOTAL, order: "ABCD", value: 305_397_760 },
    { ...TOTAL, value: 4660, scale: 1 },
    { address: 0, type: "float32", order: "ABCD", value: 5.6e-28, isOdd: true },
    { address: 3, type: "uint16", order: "ABCD", value: 1 },
  ],
  ...{ leftOut: 0, orders: null, isDoubtful: false, addressBase: null },
  matches: [
    {
      ...{
        score: 0.99,
        composition: "single",
        scale: 1,
        value: 4660,
        parts: [TOTAL],
        reasons: ["all digits of the dial"],
      },
      profile: { ...PUMP, name: "probed" },
    },
  ],
};

describe.runIf(hasChromium())("the field", () => {
  let world: World;
  let browser: Browser;
  let endAgents: () => Promise<void> = async () => undefined;
  inAFreshWorldEach((test) => {
    ({ world, browser } = test);
  });
  afterEach(() => endAgents());

  async function open(login: string, language: "zh" | "en", screen: "desktop" | "phone"): Promise<Page> {
    const window = await openWindow(browser, world.url, { language, screen, colors: "light" });
    const page = await window.newPage();
    await signIn(page, login, language);
    return page;
  }

  it("a person at the meter leaves after three reads that fit the dial, on a phone", async () => {
    let reads = 0;
    endAgents = await standInForAgents(world, () => {
      const counts = 5_000_000 + 4 * reads;
      return { readings: [[CHANNEL, NOW + 20_000 * reads++, counts, 0]] };
    });
    const page = await open("collector", "zh", "phone");
    await page.goto("/commission/HOTEL-1");
    await page.getByLabel("此刻表盘所示").fill("5000.001");
    await page.getByRole("button", { name: "抄读（第 1 次）" }).click();
    await page.getByText("与表盘一致").waitFor();
    await page.getByText("还不能离开。").waitFor();
    for (const no of [2, 3]) {
      await page.getByRole("button", { name: `抄读（第 ${no} 次）` }).click();
      await page
        .getByRole("listitem")
        .nth(no - 1)
        .waitFor();
    }
    await page.getByText("三次抄读均合格，可以离开。").waitFor();
    // The phone sleeps, and loads the page anew.
    await page.reload();
    await page.getByText("三次抄读均合格，可以离开。").waitFor();
    expect([await seriousFaults(page), await isWiderThanWindow(page)]).toEqual([[], false]);
    await keepPicture(page, "commissioned-phone-zh");
  });

  it("a valve is turned only after a second person has approved it", async () => {
    const turned: unknown[] = [];
    endAgents = await standInForAgents(world, ({ order }) => {
      turned.push(order);
      return { details: { position: "closed" } };
    });
    await world.db.query(
      `insert into channel (id, meter_id, quantity, unit, agent) values ('HOTEL-1.valve', 'HOTEL-1', 'valve', '1', 'town/gw-north')`,
    );
    const first = await open("control", "en", "desktop");
    await first.goto("/meters/HOTEL-1");
    await first.getByRole("button", { name: "Ask to close the valve" }).click();
    await first.getByLabel(/Reason/).fill("burst in the cellar");
    await first.getByRole("dialog").getByRole("button", { name: "Ask to close the valve" }).click();
    await first.getByText("waits for approval").first().waitFor();
    await first.goto("/collection/approvals");
    await first.getByText("yours: another person decides").waitFor();
    expect(turned).toEqual([]);
    const second = await open("admin", "en", "desktop");
    await second.goto("/collection/approvals");
    await second.getByRole("button", { name: "Approve" }).click();
    await second.getByLabel(/Reason/).fill("seen the water");
    await second.getByRole("dialog").getByRole("button", { name: "Approve" }).click();
    await second.getByText("seen the water").waitFor();
    expect(await seriousFaults(second)).toEqual([]);
    await keepPicture(second, "approvals-desktop-en");
    await expect.poll(() => turned).toEqual([{ kind: "valve", meter: "HOTEL-1", position: "closed" }]);
    await second.goto("/collection/commands?kind=valve");
    await second.getByText("✓ done").waitFor();
  });

  it("the valve of a protected place is turned only with a further reason, which the second person reads", async () => {
    const turned: unknown[] = [];
    endAgents = await standInForAgents(world, ({ order }) => {
      turned.push(order);
      return { details: { position: "closed" } };
    });
    await world.db.query("update service_point set is_protected = true");
    await world.db.query(
      `insert into channel (id, meter_id, quantity, unit, agent) values ('HOTEL-1.valve', 'HOTEL-1', 'valve', '1', 'town/gw-north')`,
    );
    const first = await open("admin", "zh", "desktop");
    await first.goto("/meters/HOTEL-1");
    await settled(first);
    await first.getByRole("button", { name: "申请关阀" }).click();
    const dialog = first.getByRole("dialog");
    await dialog
      .getByLabel(/理由|原因/)
      .first()
      .fill("地下室爆管");
    await dialog.getByRole("button", { name: "申请关阀" }).click();
    await dialog.getByText(/PLACE_PROTECTED/).waitFor();
    expect(await seriousFaults(first)).toEqual([]);
    await keepPicture(first, "valve-protected-desktop-zh");
    await dialog.getByLabel(/重点保障/).fill("已与医院商定");
    await dialog.getByRole("button", { name: "申请关阀" }).click();
    await first.getByText("待第二人审批").first().waitFor();
    expect(turned).toEqual([]);
    const second = await open("control", "zh", "phone");
    await second.goto("/collection/approvals");
    await second.getByText(/已与医院商定/).waitFor();
    expect([await seriousFaults(second), await isWiderThanWindow(second)]).toEqual([[], false]);
    await keepPicture(second, "approvals-protected-phone-zh");
    await second.getByRole("button", { name: /批\s*准/ }).click();
    await second
      .getByRole("dialog")
      .getByLabel(/理由|原因/)
      .fill("现场确认");
    await second
      .getByRole("dialog")
      .getByRole("button", { name: /批\s*准/ })
      .click();
    await expect.poll(() => turned).toEqual([{ kind: "valve", meter: "HOTEL-1", position: "closed" }]);
  });

  it("a silent meter is asked again from the page of its agent, and the answer is shown", async () => {
    endAgents = await standInForAgents(world, () => ({ readings: [], details: { meters: ["H-0202"] } }));
    const page = await open("collector", "en", "desktop");
    await page.goto("/collection/fleet");
    await page.getByRole("link", { name: "town/gw-north" }).click();
    await page.locator(".nf-parts").getByText("Meters").click();
    await page
      .getByRole("row", { name: /H-0202/ })
      .getByRole("button", { name: "Retry now" })
      .click();
    const detail = page.getByRole("dialog", { name: "Command" });
    await detail.getByText("✓ done").waitFor();
    await detail.getByText('"H-0202"').waitFor();
    expect(await seriousFaults(page)).toEqual([]);
    await keepPicture(page, "agent-retry-desktop-en");
  });

  it("a line is looked at from the page of its agent, and what gives the dial becomes a profile, by keyboard alone", async () => {
    const ordered: unknown[] = [];
    endAgents = await standInForAgents(world, ({ order }) => {
      ordered.push(order);
      return { details: order.kind === "probe" && order.options.read ? BLOCK : UNITS };
    });
    const page = await open("collector", "en", "desktop");
    await page.goto("/collection/fleet/town/gw-north?part=probe");
    await page.getByLabel("Unit ids, such as 1-32,40").focus();
    await page.keyboard.press("Enter");
    await page.getByText("Not asked for want of time: 31-32").waitFor();
    await page.getByRole("button", { name: "Its registers" }).press("Enter");
    await page.getByLabel("What the dial shows now").focus();
    await page.keyboard.type("4660");
    await page.keyboard.press("Enter");
    await page.getByText("The dial is most likely at address 0: uint32, order CDAB, scale 1.").waitFor();
    expect(await page.getByRole("table", { name: "Every decoding" }).getByText("✓ fits").count()).toBe(1);
    expect([await seriousFaults(page), await isWiderThanWindow(page)]).toEqual([[], false]);
    await keepPicture(page, "agent-probe-desktop-en");
    expect(ordered).toMatchObject([
      { bus: "old-town", options: { timeoutMs: 500 } },
      { bus: "old-town", options: { units: [7], read: { functionCode: 3, from: 0, to: 39 }, dial: "4660" } },
    ]);
    await page.setViewportSize({ width: 390, height: 844 });
    await page.getByRole("list", { name: "Every decoding" }).waitFor();
    expect([await seriousFaults(page), await isWiderThanWindow(page)]).toEqual([[], false]);
    await keepPicture(page, "agent-probe-phone-en");
    await page.getByRole("button", { name: "Make a profile from this" }).press("Enter");
    await page.getByLabel(/Name of the new profile/).pressSequentially("pump");
    await page.getByRole("button", { name: "Make it" }).press("Enter");
    const content = page.getByRole("textbox", { name: "Content (JSON)" });
    expect(JSON.parse(await content.inputValue())).toMatchObject(PUMP);
  });

  it("a serial line is read beside the dial, and once the meter has run only what fits both times counts, on a phone", async () => {
    const ordered: unknown[] = [];
    endAgents = await standInForAgents(world, ({ order }) => {
      ordered.push(order);
      return { details: BLOCK };
    });
    const page = await open("collector", "zh", "phone");
    await page.goto("/collection/fleet/town/gw-north?part=probe");
    await page.getByRole("combobox", { name: "线路" }).click();
    await page.locator(".ant-select-item-option", { hasText: "终端的串口" }).click();
    await page.getByText("请填写终端的串口").waitFor();
    await page.getByLabel("串口", { exact: true }).fill("/dev/ttyUSB0");
    await page.getByLabel("波特率").fill("2400");
    await page.getByLabel(/从站号/).fill("7");
    await page.getByLabel(/寄存器块/).fill("3:0-39");
    await page.getByLabel(/此刻表盘所示/).fill("4660");
    await page.getByLabel(/说明书中总量的地址/).fill("40001");
    await page.getByRole("button", { name: /探\s*测/ }).click();
    await page.getByRole("button", { name: "走字后再比对" }).click();
    await page.getByText(/的读数比对（当时表盘 4660）/).waitFor();
    expect([await seriousFaults(page), await isWiderThanWindow(page)]).toEqual([[], false]);
    // The phone sleeps while the meter runs.
    await page.reload();
    await page.getByText(/的读数比对（当时表盘 4660）/).waitFor();
    await page.getByText("请填写此刻表盘所示。").waitFor();
    await page.getByLabel(/此刻表盘所示/).fill("4711");
    await page.getByRole("button", { name: /探\s*测/ }).click();
    await page.getByText("表盘读数最可能是").waitFor();
    await keepPicture(page, "agent-probe-earlier-phone-zh");
    const line = { transport: { kind: "serial", path: "/dev/ttyUSB0", baudRate: 2400 }, framing: "rtu" };
    const runs = [{ from: 0, words: "1234 0000 0000 0001" }];
    expect(ordered).toMatchObject([
      { line, options: { units: [7], dial: "4660", manualAddress: 40_001 } },
      { line, options: { units: [7], dial: "4711", manualAddress: 40_001, earlier: { dial: "4660", runs } } },
    ]);
    await page.getByRole("button", { name: "不比对" }).click();
    await page.getByText(/的读数比对/).waitFor({ state: "detached" });
    expect(await page.getByLabel("串口", { exact: true }).inputValue()).toBe("/dev/ttyUSB0");
  });

  it("a server's certificate is trusted from the page of the agent, after a look at its fingerprint", async () => {
    const decided: unknown[] = [];
    endAgents = await standInForAgents(world, ({ order }) => {
      decided.push(order);
      return {};
    });
    const page = await open("collector", "en", "desktop");
    await page.goto("/collection/fleet/town/gw-north");
    await page.getByText("the server's certificate is not trusted yet").waitFor();
    await page.getByRole("button", { name: "Trust" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByText("0f".repeat(32)).waitFor();
    await dialog.getByLabel(/Reason/).fill("compared at the plant");
    await dialog.getByRole("button", { name: "Trust" }).click();
    const order = { kind: "certificate", bus: "hotel", thumbprint: "0f".repeat(32), decision: "trust" };
    await expect.poll(() => decided).toEqual([order]);
    await keepPicture(page, "agent-opcua-desktop-en");
  });

  it("what is missing is read again, all of a list at once; an agent that is away gets it later", async () => {
    const asked: unknown[] = [];
    endAgents = await standInForAgents(world, ({ order }) => {
      asked.push(order);
      return {};
    });
    const page = await open("collector", "en", "desktop");
    await page.goto("/collection/missing?days=7");
    await page.getByRole("button", { name: /Read these \d+ again/ }).click();
    await page.getByRole("link", { name: "2 commands ordered" }).click();
    await page.getByText("✓ done").waitFor();
    await page.getByText("queued").waitFor();
    expect(asked).toMatchObject([{ kind: "re-read", wanted: [{ meter: "H-0202" }, {}, {}, {}, {}] }]);
  });

  it("a configuration is checked with every fault at once, saved with a reason, and one can go back", async () => {
    const page = await open("collector", "zh", "desktop");
    await page.goto("/collection/fleet/town/gw-north?part=config");
    const edit = async (text: string) => {
      await page.getByRole("button", { name: /编\s*辑/ }).click();
      await page.getByRole("dialog").getByLabel("配置", { exact: true }).fill(text);
    };
    await edit(JSON.stringify({ v: 1, channels: [], buses: [{ id: "b", kind: "modbus-tcp", host: "", units: [] }] }));
    await page.getByRole("button", { name: /检\s*查/ }).click();
    for (const path of ["buses.0.host", "buses.0.units"]) await page.getByText(path).waitFor();
    await keepPicture(page, "config-faults-desktop-zh");
    await page.getByRole("dialog").getByLabel("配置", { exact: true }).fill('{"v":1,"channels":[],"buses":[]}');
    await page.getByLabel("变更理由").fill("起步");
    await page.getByLabel("变更理由").fill("起步配置");
    await page.getByRole("button", { name: "保存并下发" }).click();
    await page.getByText("起步配置").waitFor();
    await page.getByText("第 1 版").first().waitFor();
    await settled(page);
    expect(await seriousFaults(page)).toEqual([]);
  });

  it("a profile whose telegram decodes wrong is told so, and a right one is kept", async () => {
    const page = await open("collector", "en", "desktop");
    await page.goto("/collection/profiles");
    await page.getByRole("button", { name: "New profile" }).click();
    await page.getByLabel(/Name of the new profile/).fill("pump");
    await page.getByRole("button", { name: "Make it" }).click();
    const content = page.getByRole("textbox", { name: "Content (JSON)" });
    const wrong = { ...PUMP, vectors: [{ ...PUMP.vectors[0], value: 5 }] };
    await content.fill(JSON.stringify(wrong));
    await page.getByRole("button", { name: "Check" }).click();
    await page.getByText("decodes to 4660 m3, the dial showed 5 m3").waitFor();
    await content.fill(JSON.stringify(PUMP, null, 2));
    await page.getByRole("button", { name: "Check" }).click();
    await page.getByText("every captured telegram decodes right").waitFor();
    await page.getByLabel("Why").fill("a new model");
    await page.getByRole("button", { name: "Save a new version" }).click();
    await page.getByText("version 1").waitFor();
    await settled(page);
    expect(await seriousFaults(page)).toEqual([]);
    await keepPicture(page, "profile-kept-desktop-en");
  });
});
