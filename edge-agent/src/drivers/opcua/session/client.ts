import { X509Certificate } from "node:crypto";
import type { OpcUaBus } from "@nightflow/domain";
import {
  LogLevel,
  MessageSecurityMode,
  OPCUAClient,
  type OPCUAClientOptions,
  SecurityPolicy,
  setLogLevel,
} from "node-opcua-client";
import { applicationUriOf, type OwnCertificate } from "../security/own-certificate.ts";
import type { ServerCheck } from "../security/server-check.ts";

/** A client of one server. node-opcua's own reconnection is switched off: see `NodeLink`. */
export function createClient(security: OpcUaBus["security"], own: OwnCertificate, check: ServerCheck): OPCUAClient {
  // node-opcua writes notices to the console; what matters reaches the bus as events.
  setLogLevel(LogLevel.Critic);
  const der = new X509Certificate(own.certificate).raw;
  const options: OPCUAClientOptions = {
    applicationName: "Nightflow edge agent",
    applicationUri: applicationUriOf(own),
    clientCertificateManager: check,
    certificateKeyPairProvider: {
      getCertificate: () => der,
      getCertificateChain: () => [der],
      getPrivateKey: () => ({ hidden: own.privateKey }),
    },
    securityMode: modeOf(security),
    securityPolicy: POLICIES[security.policy],
    endpointMustExist: false,
    connectionStrategy: { maxRetry: 0, initialDelay: 100, maxDelay: 1000 },
    keepSessionAlive: true,
    requestedSessionTimeout: 60_000,
  };
  return OPCUAClient.create(options);
}

const POLICIES = {
  None: SecurityPolicy.None,
  Basic256Sha256: SecurityPolicy.Basic256Sha256,
  Aes128_Sha256_RsaOaep: SecurityPolicy.Aes128_Sha256_RsaOaep,
  Aes256_Sha256_RsaPss: SecurityPolicy.Aes256_Sha256_RsaPss,
} as const;

function modeOf({ policy, mode }: OpcUaBus["security"]): MessageSecurityMode {
  if (policy === "None") return MessageSecurityMode.None;
  return mode === "Sign" ? MessageSecurityMode.Sign : MessageSecurityMode.SignAndEncrypt;
}
