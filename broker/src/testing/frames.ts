const text = (value: string) =>
  Buffer.concat([Buffer.from([value.length >> 8, value.length & 0xff]), Buffer.from(value)]);
const uint16 = (value: number) => Buffer.from([value >> 8, value & 0xff]);

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

/** What a CONNECT may differ in. */
export interface ConnectOptions {
  readonly isClean?: boolean;
  readonly keepaliveS?: number;
  /** Default 4: MQTT 3.1.1. */
  readonly version?: number;
  readonly will?: { readonly topic: string; readonly payload: string };
}

/** CONNECT with a user name and the right password. */
export function connectFrame(username: string, clientId: string, options: ConnectOptions = {}): Buffer {
  const { isClean = true, keepaliveS = 60, version = 4, will } = options;
  const flags = 0xc0 + (isClean ? 2 : 0) + (will ? 0x0c : 0);
  const head = Buffer.concat([text("MQTT"), Buffer.from([version, flags]), uint16(keepaliveS)]);
  const last = will ? [text(will.topic), text(will.payload)] : [];
  return frame(0x10, head, text(clientId), ...last, text(username), text("right"));
}

/** SUBSCRIBE to one filter. */
export function subscribeFrame(filter: string, qos: 0 | 1 | 2 = 0): Buffer {
  return frame(0x82, uint16(1), text(filter), Buffer.from([qos]));
}

/** What a PUBLISH may differ in. */
export interface PublishFrameOptions {
  readonly qos: 1 | 2;
  readonly dup?: boolean;
  readonly messageId: number;
}

/** PUBLISH, with QoS 0 unless options say otherwise. */
export function publishFrame(topic: string, payload: Uint8Array, options?: PublishFrameOptions): Buffer {
  if (options === undefined) return frame(0x30, text(topic), payload);
  const header = 0x30 + (options.dup ? 8 : 0) + options.qos * 2;
  return frame(header, text(topic), uint16(options.messageId), payload);
}

/** PUBACK of one message. */
export function pubackFrame(messageId: number): Buffer {
  return frame(0x40, uint16(messageId));
}

/** DISCONNECT. */
export const disconnectFrame = frame(0xe0);
