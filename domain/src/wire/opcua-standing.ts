import { z } from "zod";
import { Id } from "./text.ts";

/** SHA-256 of a certificate, hexadecimal in lower case. */
export const CertificateFingerprint = z.string().regex(/^[0-9a-f]{64}$/, "must be 64 hexadecimal digits");

/** A certificate that an OPC UA server has shown, and what was decided about it. */
export const OpcUaCertificate = z.strictObject({
  fingerprint: CertificateFingerprint,
  state: z.enum(["pending", "trusted", "rejected"]),
  subject: z.string().max(300),
  applicationUri: z.string().max(300).nullable(),
  validFrom: z.int(),
  expiresAt: z.int(),
  endpointUrl: z.string().max(300).meta({ description: "Where it was shown last." }),
  bus: Id.nullable(),
  firstSeenAt: z.int(),
  lastSeenAt: z.int(),
  decidedBy: z.string().max(200).nullable(),
  decidedAt: z.int().nullable(),
});
export type OpcUaCertificate = z.infer<typeof OpcUaCertificate>;

/** The agent's own certificate, which the administrator of a server has to trust. */
export const OpcUaOwnCertificate = z.strictObject({
  fingerprint: CertificateFingerprint,
  sha1: z
    .string()
    .regex(/^[0-9a-f]{40}$/)
    .meta({ description: "Many servers name certificates by this thumbprint." }),
  subject: z.string().max(300),
  applicationUri: z.string().max(300),
  validFrom: z.int(),
  expiresAt: z.int(),
  next: CertificateFingerprint.nullable().meta({
    description: "The one that follows it, made some time before; null while there is none.",
  }),
});
export type OpcUaOwnCertificate = z.infer<typeof OpcUaOwnCertificate>;

/** A stretch that a server's history was asked for, and what came of it. */
export const OpcUaGap = z.strictObject({
  fromMs: z.int(),
  toMs: z.int(),
  items: z.int().min(1),
  filled: z.int().min(0).meta({ description: "Readings that history gave." }),
  missing: z.int().min(0).meta({ description: "Boundaries of the period for which it had none." }),
  why: z.string().max(200).nullable().meta({ description: "Status code or reason where history could not fill it." }),
});
export type OpcUaGap = z.infer<typeof OpcUaGap>;

/** How one OPC UA server fares. */
export const OpcUaServerStanding = z.strictObject({
  bus: Id,
  endpointUrl: z.string().max(300),
  state: z.enum(["connected", "connecting", "refused"]),
  security: z.string().max(60),
  fault: z
    .strictObject({ code: z.string().max(80), message: z.string().max(500), remedy: z.string().max(500) })
    .nullable(),
  items: z.int().min(0),
  missingNodes: z
    .array(z.strictObject({ item: z.string().max(600), why: z.string().max(200) }))
    .max(50)
    .meta({ description: "Items that the server does not give, by name; 50 at most." }),
  missing: z.int().min(0).meta({ description: "How many they are." }),
  history: z.strictObject({
    isOffered: z.boolean().nullable().meta({ description: "Null: not known yet." }),
    items: z.int().min(0).meta({ description: "Items that the server keeps history of." }),
    openGaps: z.int().min(0),
    filled: z.int().min(0).meta({ description: "Readings taken from history since the start." }),
    gaps: z.array(OpcUaGap).max(10).meta({ description: "The last ones that were closed, newest first." }),
  }),
});
export type OpcUaServerStanding = z.infer<typeof OpcUaServerStanding>;

/** An agent's OPC UA servers and certificates, in its status. */
export const OpcUaStanding = z.strictObject({
  own: OpcUaOwnCertificate.nullable(),
  certificates: z.array(OpcUaCertificate).max(100),
  servers: z.array(OpcUaServerStanding).max(100),
});
export type OpcUaStanding = z.infer<typeof OpcUaStanding>;
