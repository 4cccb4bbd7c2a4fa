import { describe, expect, it } from "vitest";
import { type Identity, mayRetain, rightsOf } from "./rights.ts";

const agent: Identity = { name: "gw-1", role: "agent", site: "town" };
const publishKind = (identity: Identity, topic: string) => rightsOf(identity).publishKind(topic);
const maySubscribe = (identity: Identity, filter: string) => rightsOf(identity).maySubscribe(filter);
const ingest: Identity = { name: "i", role: "ingest" };
const api: Identity = { name: "a", role: "api" };
const monitor: Identity = { name: "m", role: "monitor" };

describe("an agent", () => {
  it.each([
    ["nf/v1/town/gw-1/readings", "readings"],
    ["nf/v1/town/gw-1/status", "status"],
    ["nf/v1/town/gw-1/config/report", "config/report"],
    ["nf/v1/town/gw-1/command/c1/reply", "command-reply"],
  ])("publishes on %s", (topic, kind) => expect(publishKind(agent, topic)).toBe(kind));

  it.each([
    "nf/v1/town/gw-1/ack",
    "nf/v1/town/gw-1/config",
    "nf/v1/town/gw-1/command/c1",
    "nf/v1/town/gw-2/readings",
    "nf/v1/other/gw-1/readings",
    "nf/v2/town/gw-1/readings",
    "nf/v1/town/gw-1/readings/more",
    "nf/v1/+/gw-1/readings",
    "$SYS/broker/heartbeat",
    "held",
    "",
  ])("does not publish on %j", (topic) => expect(publishKind(agent, topic)).toBeUndefined());

  it.each(["nf/v1/town/gw-1/ack", "nf/v1/town/gw-1/config", "nf/v1/town/gw-1/command/+", "nf/v1/town/gw-1/command/c1"])(
    "hears %s",
    (filter) => expect(maySubscribe(agent, filter)).toBe(true),
  );

  it.each([
    "#",
    "+/#",
    "nf/v1/town/gw-1/#",
    "nf/v1/town/+/ack",
    "nf/v1/+/gw-1/ack",
    "nf/v1/town/gw-2/ack",
    "nf/v1/town/gw-1/+",
    "nf/v1/town/gw-1/command/+/reply",
    "nf/v1/town/gw-1/command/#",
    "nf/v1/town/gw-1/readings",
    "$share/g/nf/v1/town/gw-1/ack",
    "$SYS/#",
  ])("does not hear %s", (filter) => expect(maySubscribe(agent, filter)).toBe(false));

  it("without a site has no rights at all", () => {
    const homeless: Identity = { name: "gw-1", role: "agent" };
    expect(publishKind(homeless, "nf/v1/town/gw-1/readings")).toBeUndefined();
    expect(publishKind(homeless, "nf/v1/undefined/gw-1/readings")).toBeUndefined();
    expect(maySubscribe(homeless, "nf/v1/town/gw-1/ack")).toBe(false);
  });

  it("named like a wildcard hears only itself", () => {
    expect(maySubscribe({ name: "gw-1", role: "agent", site: "+" }, "nf/v1/+/gw-1/readings")).toBe(false);
  });
});

describe("the head-end and its readers", () => {
  it("ingest alone publishes acks, and nothing else", () => {
    expect(publishKind(ingest, "nf/v1/town/gw-1/ack")).toBe("ack");
    for (const identity of [agent, api, monitor]) expect(publishKind(identity, "nf/v1/town/gw-1/ack")).toBeUndefined();
    expect(publishKind(ingest, "nf/v1/town/gw-1/config")).toBeUndefined();
    expect(publishKind(ingest, "nf/v1/town/gw-1/readings")).toBeUndefined();
  });

  it("ingest hears readings, status and reports of every agent", () => {
    for (const tail of ["readings", "status", "config/report"])
      expect(maySubscribe(ingest, `nf/v1/+/+/${tail}`)).toBe(true);
    expect(maySubscribe(ingest, "nf/v1/+/+/config")).toBe(false);
    expect(maySubscribe(ingest, "nf/v1/#")).toBe(false);
  });

  it("the head-end alone says that it lives, and the API and monitors hear it", () => {
    const topic = "nf/v1/town/head-end/heartbeat";
    expect(publishKind(ingest, topic)).toBe("heartbeat");
    for (const identity of [{ ...agent, name: "head-end" }, api, monitor])
      expect(publishKind(identity, topic)).toBeUndefined();
    for (const identity of [api, monitor]) expect(maySubscribe(identity, topic)).toBe(true);
    expect(mayRetain("heartbeat")).toBe(true);
  });

  it("the API alone publishes configuration and commands, and hears the replies", () => {
    expect(publishKind(api, "nf/v1/town/gw-1/config")).toBe("config");
    expect(publishKind(api, "nf/v1/town/gw-1/command/c1")).toBe("command");
    expect(maySubscribe(api, "nf/v1/+/+/command/+/reply")).toBe(true);
    expect(maySubscribe(api, "nf/v1/+/+/readings")).toBe(false);
  });

  it("a monitor reads, but neither configuration nor commands", () => {
    expect(maySubscribe(monitor, "nf/v1/town/+/readings")).toBe(true);
    expect(maySubscribe(monitor, "nf/v1/+/+/config")).toBe(false);
    expect(maySubscribe(monitor, "nf/v1/+/+/command/+")).toBe(false);
    for (const tail of ["readings", "status", "ack", "config"])
      expect(publishKind(monitor, `nf/v1/town/gw-1/${tail}`)).toBeUndefined();
  });

  it("what waits in a queue is judged by its topic", () => {
    expect(rightsOf(agent).mayReceive("nf/v1/town/gw-1/ack")).toBe(true);
    expect(rightsOf(agent).mayReceive("nf/v1/town/gw-2/ack")).toBe(false);
  });

  it("neither commands nor readings are kept for later subscribers", () => {
    expect(mayRetain("command")).toBe(false);
    expect(mayRetain("readings")).toBe(false);
    expect(mayRetain("ack")).toBe(true);
  });
});

describe("a device that is not an agent", () => {
  const pump: Identity = { name: "pump-1", role: "device", site: "town" };
  const edge: Identity = { name: "edge", role: "device", sparkplug: [{ group: "utility", node: "edge" }] };

  it("with a site publishes its readings on its own topic, and on no other", () => {
    expect(publishKind(pump, "dev/v1/town/pump-1/readings")).toBe("foreign");
    for (const topic of ["dev/v1/town/pump-2/readings", "dev/v1/other/pump-1/readings", "nf/v1/town/pump-1/readings"])
      expect(publishKind(pump, topic)).toBeUndefined();
    expect(maySubscribe(pump, "dev/v1/town/pump-1/readings")).toBe(false);
  });

  it("as a Sparkplug node says what it is and hears its commands, of itself only", () => {
    for (const topic of [
      "spBv1.0/utility/NBIRTH/edge",
      "spBv1.0/utility/DDATA/edge/m-1",
      "spBv1.0/utility/NDEATH/edge",
    ])
      expect(publishKind(edge, topic)).toBe("foreign");
    for (const topic of ["spBv1.0/utility/NCMD/edge", "spBv1.0/utility/NDATA/other", "spBv1.0/x/NDATA/edge"])
      expect(publishKind(edge, topic)).toBeUndefined();
    expect(maySubscribe(edge, "spBv1.0/utility/NCMD/edge")).toBe(true);
    expect(maySubscribe(edge, "spBv1.0/utility/NCMD/+")).toBe(false);
  });

  it("hears whether its host is there, which ingest alone may say, retained", () => {
    expect(maySubscribe(edge, "spBv1.0/STATE/nightflow")).toBe(true);
    expect(publishKind(edge, "spBv1.0/STATE/nightflow")).toBeUndefined();
    expect(publishKind(ingest, "spBv1.0/STATE/nightflow")).toBe("host-state");
    expect([mayRetain("host-state"), mayRetain("foreign")]).toEqual([true, false]);
  });

  it("is heard by ingest, which may ask a node for its births and nothing else", () => {
    expect(maySubscribe(ingest, "spBv1.0/+/NDATA/+")).toBe(true);
    expect(maySubscribe(ingest, "dev/v1/+/+/readings")).toBe(true);
    expect(publishKind(ingest, "spBv1.0/utility/NCMD/edge")).toBe("foreign");
    expect(publishKind(ingest, "spBv1.0/utility/NDATA/edge")).toBeUndefined();
  });
});
