import { join } from "node:path";
import { ManualClock } from "@nightflow/domain";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { claimOf, fingerprintOf, makeRequest, makeStrangeAuthority, tempFolder } from "../testing/pki.ts";
import { type Authority, createAuthority } from "./authority.ts";
import { Enrolment, type EnrolmentOutcome, openEnrolmentJournal } from "./enrolment.ts";
import { EnrolmentConfig, type UnknownAgentPolicy } from "./enrolment-config.ts";
import type { EnrolmentEvent } from "./enrolment-events.ts";
import { type Journal, memoryJournal } from "./journal.ts";

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const gw = (no: number, site = "town") => ({ agent: `gw-${no}`, site });

let clock: ManualClock;
let authority: Authority;
let folder: string;
beforeEach(async () => {
  clock = new ManualClock(Date.UTC(2026, 2, 1));
  folder = await tempFolder();
  authority = await createAuthority(join(folder, "pki"), () => clock.now());
});

afterEach(() => authority.close());

function enrolmentWith(
  unknownAgents: UnknownAgentPolicy = "refuse",
  journal: Journal<EnrolmentEvent> = memoryJournal(),
): Enrolment {
  const config = EnrolmentConfig.parse({ unknownAgents, maxHeld: 2 });
  return new Enrolment({ authority, journal, config, now: () => clock.now() });
}

function certificateOf(outcome: EnrolmentOutcome | undefined): string {
  if (outcome?.status !== "issued") throw new Error(`not issued: ${JSON.stringify(outcome)}`);
  return outcome.certificate;
}

const serialOf = (pem: string) => authority.recordOf(fingerprintOf(pem))?.serial ?? "none";

describe("a one-time token", () => {
  it("brings one agent of its site its certificate, and nobody a second one", async () => {
    const enrolment = enrolmentWith();
    const { token } = await enrolment.makeToken({ site: "town", by: "ann" });
    const { request } = await makeRequest();
    const certificate = certificateOf(await enrolment.join({ ...gw(1), request, token }));
    expect(authority.recordOf(fingerprintOf(certificate))).toMatchObject(gw(1));
    const another = await makeRequest();
    const refusedOnes = [
      { ...gw(2), request: another.request, token },
      { ...gw(1), request: another.request, token },
      { ...gw(2), request: another.request, token: `${token}x` },
    ];
    const faults = await Promise.all(refusedOnes.map((one) => enrolment.join(one)));
    expect(faults).toEqual(
      ["token-used", "token-used", "token-unknown"].map((fault) => ({ status: "refused", fault })),
    );
    expect(enrolment.agents()).toMatchObject([{ ...gw(1), how: "token" }]);
  });

  it("used by two agents at the same moment serves one of them", async () => {
    const enrolment = enrolmentWith();
    const { token } = await enrolment.makeToken({ site: "town", by: "ann" });
    const requests = await Promise.all([1, 2].map(async (no) => ({ ...gw(no), ...(await makeRequest()), token })));
    const outcomes = await Promise.all(requests.map((request) => enrolment.join(request)));
    expect(outcomes.map(({ status }) => status).toSorted()).toEqual(["issued", "refused"]);
  });

  it("serves the same key again, for an agent whose answer got lost", async () => {
    const enrolment = enrolmentWith();
    const { token } = await enrolment.makeToken({ site: "town", by: "ann" });
    const { request } = await makeRequest();
    await enrolment.join({ ...gw(1), request, token });
    expect(await enrolment.join({ ...gw(1), request, token })).toMatchObject({ status: "issued" });
    await enrolment.revoke("gw-1", "town", "ann", "stolen");
    expect(await enrolment.join({ ...gw(1), request, token })).toMatchObject({ fault: "agent-revoked" });
  });

  it("expires, can be withdrawn, and is for its own site and agent alone", async () => {
    const enrolment = enrolmentWith();
    const { request } = await makeRequest();
    const anybody = await enrolment.makeToken({ site: "town", hours: 2, by: "ann" });
    const named = await enrolment.makeToken({ ...gw(7), by: "ann" });
    const withdrawn = await enrolment.makeToken({ site: "town", by: "ann" });
    expect([await enrolment.withdrawToken(withdrawn.id, "ann"), await enrolment.withdrawToken("x", "ann")]).toEqual([
      true,
      false,
    ]);
    const fault = async (token: string, who: { agent: string; site: string }) =>
      (await enrolment.join({ ...who, request, token })) as { fault: string };
    expect(await fault(withdrawn.token, gw(1))).toMatchObject({ fault: "token-unknown" });
    expect(await fault(anybody.token, gw(1, "village"))).toMatchObject({ fault: "token-for-another-agent" });
    expect(await fault(named.token, gw(1))).toMatchObject({ fault: "token-for-another-agent" });
    clock.advance(2 * HOUR_MS);
    expect(await fault(anybody.token, gw(1))).toMatchObject({ fault: "token-expired" });
  });

  it("for any new agent cannot be used to become one that is there; one by name replaces its gateway", async () => {
    const enrolment = enrolmentWith();
    const join = async (token: string) => enrolment.join({ ...gw(1), ...(await makeRequest()), token });
    const first = certificateOf(await join((await enrolment.makeToken({ site: "town", by: "ann" })).token));
    const other = await enrolment.makeToken({ site: "town", by: "ann" });
    expect(await join(other.token)).toMatchObject({ fault: "agent-exists" });
    const expelled: unknown[] = [];
    enrolment.onExpelled((who, reason) => expelled.push({ ...who, reason }));
    const second = certificateOf(await join((await enrolment.makeToken({ ...gw(1), by: "ann" })).token));
    expect([first, second].map((pem) => authority.isRevoked(serialOf(pem)))).toEqual([true, false]);
    expect(expelled).toEqual([{ ...gw(1), reason: "certificate-revoked" }]);
  });

  it("is kept as a hash only, and is still good after a restart", async () => {
    const events: EnrolmentEvent[] = [];
    const { token } = await enrolmentWith("refuse", memoryJournal(events)).makeToken({ site: "town", by: "ann" });
    expect(JSON.stringify(events)).not.toContain(token.slice(5));
    const again = enrolmentWith("refuse", memoryJournal(events));
    expect(await again.join({ ...gw(1), ...(await makeRequest()), token })).toMatchObject({ status: "issued" });
    expect(JSON.stringify(again.tokens())).not.toContain("hash");
  });

  it("with a request that its key has not signed is not used up", async () => {
    const enrolment = enrolmentWith();
    const { token } = await enrolment.makeToken({ site: "town", by: "ann" });
    expect(await enrolment.join({ ...gw(1), request: "x", token })).toMatchObject({ fault: "request-invalid" });
    expect(await enrolment.join({ ...gw(1), ...(await makeRequest()), token })).toMatchObject({ status: "issued" });
  });
});

describe("an unknown agent", () => {
  it.each(["refuse", "acceptChain"] as const)("without a token is refused under %s", async (policy) => {
    const outcome = await enrolmentWith(policy).join({ ...gw(1), ...(await makeRequest()) });
    expect(outcome).toEqual({ status: "refused", fault: "agent-unknown" });
  });

  it("is held for approval, asks again without a second entry, and gets its certificate once approved", async () => {
    const enrolment = enrolmentWith("hold");
    const request = { ...gw(1), ...(await makeRequest()) };
    const held = await enrolment.join(request);
    expect(await enrolment.join(request)).toEqual(held);
    expect(enrolment.waiting()).toMatchObject([gw(1)]);
    const { id } = held as { id: string };
    const [approved, twice] = await Promise.all([enrolment.approve(id, "ann"), enrolment.approve(id, "bob")]);
    expect(twice).toBeUndefined();
    expect(enrolment.outcomeOf(id)).toEqual(approved);
    expect(await enrolment.join(request)).toEqual(approved);
    expect(authority.recordOf(fingerprintOf(certificateOf(approved)))).toMatchObject(gw(1));
    expect(enrolment.waiting()).toEqual([]);
  });

  it("that was rejected stays out, and no more wait than there is room for", async () => {
    const enrolment = enrolmentWith("hold");
    const requests = await Promise.all([1, 2, 3].map(async (no) => ({ ...gw(no), ...(await makeRequest()) })));
    const outcomes = [];
    for (const request of requests) outcomes.push(await enrolment.join(request));
    expect(outcomes.map((outcome) => ("fault" in outcome ? outcome.fault : outcome.status))).toEqual([
      "held",
      "held",
      "too-many-held",
    ]);
    const { id } = outcomes[0] as { id: string };
    expect(await enrolment.reject(id, "ann", "who is that?")).toBe(true);
    expect(await enrolment.approve(id, "ann")).toBeUndefined();
    expect(await enrolment.join(requests[0] as (typeof requests)[0])).toMatchObject({ fault: "agent-rejected" });
  });

  it("with a certificate of another authority is refused, held or let in, as configured", async () => {
    const { cert } = await (await makeStrangeAuthority(clock.now())).certify("gw-1", "town");
    const arriving = { ...gw(1), certificate: claimOf("gw-1", "town", cert) };
    expect(enrolmentWith("refuse").faultOf(arriving)).toBe("agent-unknown");
    expect(enrolmentWith("acceptChain").faultOf(arriving)).toBeUndefined();
    const enrolment = enrolmentWith("hold");
    expect([enrolment.faultOf(arriving), enrolment.faultOf(arriving)]).toEqual(["agent-held", "agent-held"]);
    const [held] = enrolment.waiting();
    expect(await enrolment.approve(held?.id ?? "", "ann")).toEqual({ status: "admitted" });
    expect(enrolment.faultOf(arriving)).toBeUndefined();
  });
});

describe("an agent that belongs here", () => {
  async function joined(enrolment: Enrolment) {
    const { token } = await enrolment.makeToken({ site: "town", by: "ann" });
    return certificateOf(await enrolment.join({ ...gw(1), ...(await makeRequest()), token }));
  }

  it("renews in the last third of its certificate's life, and keeps the old one until it expires", async () => {
    const enrolment = enrolmentWith();
    const first = fingerprintOf(await joined(enrolment));
    const { request } = await makeRequest();
    clock.advance(59 * DAY_MS);
    expect(await enrolment.renew(first, request)).toMatchObject({ fault: "too-early" });
    clock.advance(DAY_MS);
    const second = fingerprintOf(certificateOf(await enrolment.renew(first, request)));
    expect(authority.recordOf(second)).toMatchObject({ ...gw(1), expiresAt: clock.now() + 90 * DAY_MS });
    expect(authority.isRevoked(authority.recordOf(first)?.serial ?? "")).toBe(false);
    expect(await enrolment.renew(second, "x")).toMatchObject({ fault: "too-early" });
    clock.advance(30 * DAY_MS);
    expect(await enrolment.renew(first, request)).toMatchObject({ fault: "certificate-expired" });
    expect(await enrolment.renew("00", request)).toMatchObject({ fault: "certificate-unknown" });
  });

  it("is put out by one call, whatever it shows, and stays out over a restart until a token names it", async () => {
    const path = join(folder, "enrolment.jsonl");
    const journal = await openEnrolmentJournal(path);
    const enrolment = enrolmentWith("refuse", journal);
    const certificate = await joined(enrolment);
    const arriving = {
      ...gw(1),
      certificate: {
        ...claimOf("gw-1", "town", {
          pem: "",
          serial: serialOf(certificate),
          fingerprint: fingerprintOf(certificate),
          expiresAt: 0,
        }),
      },
    };
    expect(enrolment.faultOf(arriving)).toBeUndefined();
    const expelled: unknown[] = [];
    enrolment.onExpelled((who, reason) => expelled.push({ ...who, reason }));
    await enrolment.revoke("gw-1", "town", "ann", "stolen");
    await journal.close();
    expect(expelled).toEqual([{ ...gw(1), reason: "agent-revoked" }]);
    expect(authority.isRevoked(serialOf(certificate))).toBe(true);
    clock.advance(70 * DAY_MS);
    const reopened = await openEnrolmentJournal(path);
    const again = enrolmentWith("refuse", reopened);
    expect([again.faultOf(arriving), again.faultOf(gw(1))]).toEqual(["agent-revoked", "agent-revoked"]);
    expect(await again.renew(fingerprintOf(certificate), (await makeRequest()).request)).toMatchObject({
      fault: "certificate-revoked",
    });
    const { token } = await again.makeToken({ site: "town", by: "ann" });
    expect(await again.join({ ...gw(1), ...(await makeRequest()), token })).toMatchObject({ fault: "agent-revoked" });
    const named = await again.makeToken({ ...gw(1), by: "ann" });
    await again.join({ ...gw(1), ...(await makeRequest()), token: named.token });
    expect(again.faultOf(gw(1))).toBeUndefined();
    await reopened.close();
  });
});
