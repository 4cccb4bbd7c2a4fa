import type { PeerCertificate } from "node:tls";
import { describe, expect, it } from "vitest";
import { ClientNameRules } from "../config-listeners.ts";
import { judge as judgeBy } from "./peer-certificate.ts";

const DER = Buffer.from("der");

const certificate = (change: object = {}) =>
  ({
    subject: { CN: "gw-1", OU: "town" },
    subjectaltname: "URI:nightflow:agent:town/gw-1",
    serialNumber: "0A",
    fingerprint256: "AB:CD",
    valid_to: "Mar  1 00:00:00 2027 GMT",
    raw: DER,
    ...change,
  }) as unknown as PeerCertificate;

const judge = (shown: PeerCertificate, verdict?: string, rules: object = {}) =>
  judgeBy(shown, verdict, ClientNameRules.parse(rules));

describe("a certificate names its agent", () => {
  it("by its common name and the URI", () => {
    const expiresAt = Date.UTC(2027, 2, 1);
    const claim = { agent: "gw-1", site: "town", serial: "0A", fingerprint: "abcd", expiresAt, der: DER };
    expect(judge(certificate(), undefined)).toEqual({ claim });
  });

  it("by its common name and organisational unit where there is no URI of ours", () => {
    const names = [undefined, "DNS:gw-1.example, URI:https://example.org/gw-1"];
    for (const subjectaltname of names)
      expect(judge(certificate({ subjectaltname }), undefined)).toMatchObject({ claim: { site: "town" } });
  });

  it.each([
    ["another agent in the URI", { subjectaltname: "URI:nightflow:agent:town/gw-2" }],
    ["two URIs", { subjectaltname: "URI:nightflow:agent:town/gw-1, URI:nightflow:agent:town/gw-2" }],
    ["a URI with more levels", { subjectaltname: "URI:nightflow:agent:town/gw-1/x" }],
    ["a DNS name that poses as a URI", { subjectaltname: 'DNS:"x, URI:nightflow:agent:town/gw-1, y"' }],
    ["two common names", { subject: { CN: ["gw-1", "gw-2"], OU: "town" } }],
    ["no common name", { subject: { OU: "town" } }],
    ["a common name that is no id", { subject: { CN: "gw 1", OU: "town" }, subjectaltname: undefined }],
    ["no site", { subject: { CN: "gw-1" }, subjectaltname: undefined }],
  ])("not with %s", (_what, change) => {
    expect(judge(certificate(change), undefined)).toMatchObject({ fault: "certificate-without-agent" });
  });

  it.each([
    ["CERT_HAS_EXPIRED", "certificate-expired"],
    ["CERT_NOT_YET_VALID", "certificate-not-yet-valid"],
    ["CERT_REVOKED", "certificate-revoked"],
    ["DEPTH_ZERO_SELF_SIGNED_CERT", "certificate-unknown"],
    ["UNABLE_TO_VERIFY_LEAF_SIGNATURE", "certificate-unknown"],
  ])("never against the verdict %s", (verdict, fault) => {
    expect(judge(certificate(), verdict)).toMatchObject({ fault, commonName: "gw-1", serial: "0A" });
  });
});

describe("a certificate of another authority names its agent as configured", () => {
  const foreign = certificate({
    subject: { CN: "Pump house 7", OU: "Field", O: "Water works" },
    issuer: { CN: "Works CA" },
    subjectaltname: "DNS:gw-7",
  });

  it("by its DNS name, and its site by the first rule that fits", () => {
    const sites = [
      { issuer: "Other CA", site: "village" },
      { issuer: "Works CA", organisation: "Water works", site: "town" },
      { site: "rest" },
    ];
    expect(judge(foreign, undefined, { agentFrom: "dns", sites })).toMatchObject({
      claim: { agent: "gw-7", site: "town" },
    });
    expect(judge(foreign, undefined, { agentFrom: "dns" })).toMatchObject({ claim: { agent: "gw-7", site: "Field" } });
    expect(judge(foreign, undefined, { sites })).toMatchObject({ fault: "certificate-without-agent" });
  });

  it("never against the URI of the platform's own", () => {
    const sites = [{ site: "village" }];
    const own = certificate({ subjectaltname: "URI:nightflow:agent:town/gw-1, DNS:gw-9" });
    expect(judge(own, undefined, { agentFrom: "dns", sites })).toMatchObject({
      claim: { agent: "gw-1", site: "town" },
    });
  });
});
