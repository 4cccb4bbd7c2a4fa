import { createPublicKey, verify, X509Certificate } from "node:crypto";
import { type JoinRequest, type RenewRequest, renewalStatement } from "@nightflow/domain";
import pino from "pino";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { PlatformError } from "../errors.ts";
import { TestAuthority } from "../testing/certificates.ts";
import { FakeTime } from "../testing/fake-time.ts";
import { timesOf } from "./certificate.ts";
import { AgentEnrolment } from "./enrolment.ts";
import type { Identity, IdentityStore, PendingRequest } from "./identity-store.ts";
import type { Platform, PlatformAnswer } from "./platform.ts";
import { makePrivateKey, makeRequest } from "./request.ts";

const DAY_MS = 86_400_000;
const START = Date.UTC(2026, 2, 1);

class MemoryStore implements IdentityStore {
  kept: Identity | undefined;
  readonly waiting = new Map<string, PendingRequest>();
  identity = async () => this.kept;
  pending = async (purpose: string) => this.waiting.get(purpose);
  dropPending = async (purpose: string) => void this.waiting.delete(purpose);
  savePending = async (pending: PendingRequest) => void this.waiting.set(pending.purpose, pending);
  saveIdentity = async (identity: Identity) => {
    this.kept = identity;
    this.waiting.clear();
  };
}

const refusal = (fault: Extract<PlatformAnswer, { status: "refused" }>["fault"]): PlatformAnswer => ({
  status: "refused",
  fault,
  message: fault,
  remedy: "do something",
});

/** A platform that answers what the test wants, and issues certificates of 90 days else. */
class FakePlatform implements Platform {
  readonly asked: { readonly what: string; readonly request: string; readonly token: string | undefined }[] = [];
  readonly answers: (PlatformAnswer | Error)[] = [];
  readonly authority = new TestAuthority({ from: START - DAY_MS, to: START + 3650 * DAY_MS });
  /** What it answers when nothing else is said; a certificate when undefined. */
  always: PlatformAnswer | Error | undefined;
  lastRequest = "";
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  root = async () => this.authority.rootPem;
  join = async ({ request, token }: JoinRequest) => this.#answer("join", request, token);
  ask = async () => this.#answer("ask", this.lastRequest, undefined);

  renew = async ({ certificate, request, signature }: RenewRequest) => {
    const { publicKey } = new X509Certificate(certificate);
    const statement = Buffer.from(renewalStatement(certificate, request));
    const isProven = verify(
      "sha256",
      statement,
      createPublicKey(publicKey.export({ type: "spki", format: "pem" })),
      Buffer.from(signature, "base64"),
    );
    return isProven ? this.#answer("renew", request, undefined) : refusal("proof-invalid");
  };

  #answer(what: string, request: string, token: string | undefined): PlatformAnswer {
    this.asked.push({ what, request, token });
    this.lastRequest = request;
    const answer = this.answers.shift() ?? this.always;
    if (answer instanceof Error) throw answer;
    return answer ?? this.issued(request);
  }

  issued(request: string, from = this.#now(), to = this.#now() + 90 * DAY_MS): PlatformAnswer {
    return {
      status: "issued",
      certificate: this.authority.certify(request, { from, to }),
      root: this.authority.rootPem,
    };
  }

  get kinds() {
    return this.asked.map(({ what }) => what);
  }
}

let time: FakeTime;
let store: MemoryStore;
let platform: FakePlatform;
let token: string | undefined;
let reconnects: number;
const running: AgentEnrolment[] = [];
beforeEach(() => {
  time = new FakeTime(START);
  store = new MemoryStore();
  platform = new FakePlatform(() => time.now());
  token = "nfe1.token";
  reconnects = 0;
});
afterEach(() => Promise.all(running.splice(0).map((enrolment) => enrolment.close())));

async function started(): Promise<AgentEnrolment> {
  const enrolment = new AgentEnrolment({
    site: "town",
    agent: "gw-1",
    store,
    platform,
    token: () => token,
    onIdentity: () => reconnects++,
    logger: pino({ level: "silent" }),
    now: () => time.now(),
    timers: time,
    random: () => 0.5,
  });
  running.push(enrolment);
  await enrolment.start();
  await time.run(100);
  return enrolment;
}

describe("an agent without a certificate", () => {
  it("joins by its token and connects at once", async () => {
    const enrolment = await started();
    expect(platform.asked).toMatchObject([{ what: "join", token: "nfe1.token" }]);
    expect(enrolment.standing()).toMatchObject({ state: "joined", reason: null });
    expect(enrolment.credentials()).toMatchObject({ cert: store.kept?.certificate, ca: platform.authority.rootPem });
    expect([reconnects, store.waiting.size]).toEqual([1, 0]);
  });

  it("sends the same request again after a crash between request and certificate", async () => {
    platform.answers.push(new PlatformError("away"));
    const crashed = await started();
    expect(crashed.standing()).toMatchObject({ state: "unreachable", reason: "away" });
    expect(() => crashed.credentials()).toThrow("no certificate yet (unreachable): away");
    await crashed.close();
    await started();
    expect(platform.asked[1]?.request).toBe(platform.asked[0]?.request);
    expect(store.kept).toBeDefined();
  });

  it("says why its token was refused, does not try it again, and takes a new one while it runs", async () => {
    platform.answers.push(refusal("token-expired"));
    platform.always = refusal("agent-unknown");
    const enrolment = await started();
    expect(enrolment.standing()).toMatchObject({ state: "refused", reason: "token-expired; do something" });
    await time.run(60_000);
    expect(platform.asked.slice(1).every(({ token: shown }) => shown === undefined)).toBe(true);
    platform.always = undefined;
    token = "nfe1.new";
    await time.run(6000);
    expect(platform.asked.at(-1)).toMatchObject({ token: "nfe1.new" });
    expect(enrolment.standing().state).toBe("joined");
  });

  it("waits for approval where it is held, showing the fingerprint to compare", async () => {
    token = undefined;
    const held: PlatformAnswer = { status: "held", requestId: "0198c0de-0000-7000-8000-000000000001", pollAfterS: 30 };
    platform.answers.push(held, held);
    const enrolment = await started();
    expect(enrolment.standing()).toMatchObject({ state: "held" });
    expect(enrolment.standing().reason).toMatch(/[0-9a-f]{64}/);
    await time.run(29_000);
    expect(platform.kinds).toEqual(["join"]);
    await time.run(35_000);
    expect(platform.kinds).toEqual(["join", "ask", "ask"]);
    expect(enrolment.standing().state).toBe("joined");
  });

  it("takes no certificate of another authority, nor one for another key", async () => {
    const other = new TestAuthority({ from: START, to: START + DAY_MS });
    platform.answers.push({ status: "issued", certificate: other.rootPem, root: platform.authority.rootPem });
    platform.answers.push({
      status: "issued",
      certificate: platform.authority.rootPem,
      root: platform.authority.rootPem,
    });
    const enrolment = await started();
    expect(enrolment.standing().reason).toContain("not signed by the platform's authority");
    await time.run(3000);
    expect(enrolment.standing().reason).toContain("for another key");
    expect(store.kept).toBeUndefined();
  });
});

describe("an agent with a certificate", () => {
  it("renews it at two thirds of its life and a little later, with a new key, and reconnects", async () => {
    const enrolment = await started();
    const first = store.kept;
    await time.run(59.9 * DAY_MS);
    expect(platform.kinds).toEqual(["join"]);
    await time.run(7.6 * DAY_MS);
    expect(platform.kinds).toEqual(["join", "renew"]);
    expect(store.kept?.privateKey).not.toBe(first?.privateKey);
    expect(reconnects).toBe(2);
    expect(enrolment.standing()).toMatchObject({ state: "joined", reason: null });
  });

  it("spreads the renewals of a fleet over a twelfth of the life", () => {
    const authority = platform.authority;
    const validity = { from: START, to: START + 90 * DAY_MS };
    const request = makeRequest(makePrivateKey(), "gw-1");
    const days = Array.from(
      { length: 50 },
      () => (timesOf(authority.certify(request, validity)).renewAt - START) / DAY_MS,
    );
    expect(Math.min(...days)).toBeGreaterThanOrEqual(60);
    expect(Math.max(...days)).toBeLessThan(67.5);
    expect(Math.max(...days) - Math.min(...days)).toBeGreaterThan(4);
  });

  it("tries a renewal again and again while the platform is away, keeps what it has, and says so", async () => {
    const enrolment = await started();
    platform.answers.push(...Array.from({ length: 4 }, () => new PlatformError("away")));
    await time.run(67.6 * DAY_MS);
    expect(platform.kinds).toEqual(["join", ...Array(5).fill("renew")]);
    expect(new Set(platform.asked.slice(1).map(({ request }) => request)).size).toBe(1);
    expect(enrolment.standing().state).toBe("joined");
  });

  it("that has expired and is not renewed says so and joins by a new token", async () => {
    const enrolment = await started();
    platform.always = new PlatformError("away");
    await time.run(90.1 * DAY_MS);
    expect(enrolment.standing()).toMatchObject({ state: "expired", reason: "away" });
    platform.answers.push(refusal("certificate-expired"));
    platform.always = refusal("agent-unknown");
    await time.run(3_600_000);
    expect(enrolment.standing()).toMatchObject({ state: "expired", reason: "certificate-expired; do something" });
    token = "nfe1.second";
    platform.always = undefined;
    await time.run(10_000);
    expect(platform.asked.at(-1)).toMatchObject({ what: "join", token: "nfe1.second" });
    expect(enrolment.standing().state).toBe("joined");
  });

  it("turned away by the broker asks why, and stays out with the reason until it has a new token", async () => {
    const enrolment = await started();
    platform.answers.push(refusal("agent-revoked"));
    platform.always = refusal("agent-unknown");
    enrolment.doubt();
    await time.run(1000);
    expect(enrolment.standing()).toMatchObject({ state: "revoked", reason: "agent-revoked; do something" });
    expect(platform.asked.at(-1)).toMatchObject({ what: "join", token: undefined });
    platform.always = undefined;
    token = "nfe1.second";
    await time.run(6000);
    expect(enrolment.standing().state).toBe("joined");
  });

  it("whose clock is behind says that the certificate has not begun, and goes on once it is set", async () => {
    const future = (request: string) => platform.issued(request, START + DAY_MS, START + 91 * DAY_MS);
    platform.join = async ({ request }) => future(request);
    const enrolment = await started();
    expect(enrolment.standing()).toMatchObject({ state: "not-yet-valid" });
    expect(enrolment.standing().reason).toContain("set the clock");
    await time.run(DAY_MS + 120_000);
    expect(enrolment.standing().state).toBe("joined");
  });

  it("takes over a certificate that somebody has joined for by hand", async () => {
    platform.answers.push(refusal("token-unknown"));
    platform.always = refusal("agent-unknown");
    const enrolment = await started();
    const privateKey = makePrivateKey();
    const answer = platform.issued(makeRequest(privateKey, "gw-1"));
    const certificate = answer.status === "issued" ? answer.certificate : "";
    await store.saveIdentity({ v: 1, privateKey, certificate, root: platform.authority.rootPem, tokenHash: null });
    await time.run(6000);
    expect(enrolment.credentials().cert).toBe(certificate);
    expect(enrolment.standing().state).toBe("joined");
  });
});
