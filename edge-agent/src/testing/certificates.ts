import { createPrivateKey, createPublicKey, sign } from "node:crypto";
import { bitString, commonNameOf, der, OID, pemOf, TAG } from "../enrolment/der.ts";
import { makePrivateKey } from "../enrolment/request.ts";

const VERSION_3 = Buffer.from("a003020102", "hex");
const GENERALIZED_TIME = 0x18;

/** From when to when a certificate is good, epoch ms. */
export interface Validity {
  readonly from: number;
  readonly to: number;
}

/** An authority for tests: a root and what it signs, as plain as X.509 allows. */
export class TestAuthority {
  readonly #key = makePrivateKey();
  readonly #name: string;
  #serial = 1;
  readonly rootPem: string;

  constructor(validity: Validity, name = "Test authority") {
    this.#name = name;
    this.rootPem = this.#sign(name, publicDer(this.#key), validity);
  }

  /** A certificate for the key of a request that `makeRequest` has made. */
  certify(request: string, validity: Validity): string {
    return this.#sign("gw-1", publicKeyOf(request), validity);
  }

  #sign(subject: string, publicKey: Buffer, { from, to }: Validity): string {
    const algorithm = der(TAG.sequence, OID.ecdsaWithSha256);
    const toBeSigned = der(
      TAG.sequence,
      VERSION_3,
      der(TAG.integer, Buffer.of(this.#serial++)),
      algorithm,
      commonNameOf(this.#name),
      der(TAG.sequence, timeOf(from), timeOf(to)),
      commonNameOf(subject),
      publicKey,
    );
    const signature = sign("sha256", toBeSigned, createPrivateKey(this.#key));
    return pemOf("CERTIFICATE", der(TAG.sequence, toBeSigned, algorithm, bitString(signature)));
  }
}

function timeOf(ms: number): Buffer {
  const digits = new Date(ms).toISOString().replaceAll(/[-T:]|\.\d+Z/g, "");
  return der(GENERALIZED_TIME, Buffer.from(`${digits}Z`));
}

function publicDer(privateKey: string): Buffer {
  return createPublicKey(privateKey).export({ type: "spki", format: "der" });
}

// A key on P-256 is always 91 bytes of SPKI, and the requests here have one.
function publicKeyOf(request: string): Buffer {
  const bytes = Buffer.from(request.replaceAll(/-----[^-]+-----|\s/g, ""), "base64");
  const at = bytes.indexOf(Buffer.from("3059301306072a8648ce3d0201", "hex"));
  return bytes.subarray(at, at + 91);
}
