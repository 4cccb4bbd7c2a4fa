import type { Transport } from "@nightflow/domain";

/** Time that a byte takes on the wire, in milliseconds: start bit, data, parity and stop bits. 0 where there is no serial wire. */
export function msPerByte(transport: Transport): number {
  if (transport.kind !== "serial") return 0;
  const { dataBits, parity, stopBits, baudRate } = transport;
  return (1000 * (1 + dataBits + (parity === "none" ? 0 : 1) + stopBits)) / baudRate;
}
