const text = (value: string) =>
  Buffer.concat([Buffer.from([value.length >> 8, value.length & 0xff]), Buffer.from(value)]);

/** One MQTT packet with its remaining length. */
export function frame(header: number, ...parts: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(parts);
  const length: number[] = [];
  let left = body.length;
  do {
    length.push((left % 128) + (left >= 128 ? 128 : 0));
    left = Math.floor(left / 128);
  } while (left > 0);
  return Buffer.concat([Buffer.from([header, ...length]), body]);
}

/** CONNECT of MQTT 3.1.1 with a user name and the right password. */
export function connectFrame(username: string, clientId: string, isClean = true): Buffer {
  const flags = 0xc0 + (isClean ? 2 : 0);
  const head = Buffer.concat([text("MQTT"), Buffer.from([4, flags, 0, 60])]);
  return frame(0x10, head, text(clientId), text(username), text("right"));
}

/** SUBSCRIBE to one filter with QoS 0. */
export function subscribeFrame(filter: string): Buffer {
  return frame(0x82, Buffer.from([0, 1]), text(filter), Buffer.from([0]));
}

/** PUBLISH with QoS 0. */
export function publishFrame(topic: string, payload: Uint8Array): Buffer {
  return frame(0x30, text(topic), payload);
}
