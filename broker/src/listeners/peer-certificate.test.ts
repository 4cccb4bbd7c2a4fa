import type { PeerCertificate } from "node:tls";
import { describe, expect, it } from "vitest";
import { judge } from "./peer-certificate.ts";

const certificate = (change: object = {}) =>
  ({
    subject: { CN: "gw-1", OU: "town" },
    subjectaltname: "URI:nightflow:agent:town/gw-1",
    serialNumber: "0A",
    fingerprint256: "AB:CD",
    valid_to: "Mar  1 00:00:00 2027 GMT",
    ...change,
  }) as unknown as PeerCertificate;

describe("a certificate names its agent", () => {
  it("by its common name and the URI", () => {
    const expiresAt = Date.UTC(2027, 2, 1);
    const claim = { agent: "gw-1", site: "town", serial: "0A", fingerprint: "abcd", expiresAt };
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
