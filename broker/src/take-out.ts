const PUBLISH_QOS_1 = 0x32;
const DUP = 0x08;
const ID_BYTES = 2;
const MAX_LENGTH_BYTES = 4;

/** How the body of a PUBLISH on `topic` begins: its length in two bytes, then the topic. */
export function headOf(topic: string): Buffer {
  const text = Buffer.from(topic);
  return Buffer.concat([Buffer.from([text.length >> 8, text.length & 0xff]), text]);
}

/**
 * Takes every whole PUBLISH of QoS 1, not retained, that begins with `head` out of `bytes`, in which a packet begins at
 * `from`. Gives what is left, in order; null when nothing is, and `bytes` itself when nothing was taken.
 * @see MQTT 3.1.1, section 3.3
 */
export function takeOut(
  bytes: Buffer,
  from: number,
  head: Buffer,
  onPublish: (messageId: number, payload: Buffer) => void,
): Buffer | null {
  const left: Buffer[] = [];
  let kept = 0;
  for (let at = from, end = 0; at < bytes.length; at = end) {
    const body = bodyOf(bytes, at);
    end = body + lengthAt(bytes, at, body);
    if (body === 0 || end > bytes.length) break;
    const id = body + head.length;
    const messageId = isPublish(bytes, at, body, end, head) ? bytes.readUInt16BE(id) : 0;
    if (messageId === 0) continue;
    if (at > kept) left.push(bytes.subarray(kept, at));
    kept = end;
    onPublish(messageId, bytes.subarray(id + ID_BYTES, end));
  }
  if (kept < bytes.length) left.push(bytes.subarray(kept));
  return left.length > 1 ? Buffer.concat(left) : (left[0] ?? null);
}

// Where the body of the packet at `at` begins; 0 while its fixed header is not whole.
function bodyOf(bytes: Buffer, at: number): number {
  for (let i = 1; i <= MAX_LENGTH_BYTES; i++) {
    const byte = bytes[at + i];
    if (byte === undefined) return 0;
    if (byte < 0x80) return at + i + 1;
  }
  return 0;
}

function lengthAt(bytes: Buffer, at: number, body: number): number {
  let length = 0;
  for (let i = body - 1; i > at; i--) length = length * 0x80 + ((bytes[i] ?? 0) & 0x7f);
  return length;
}

function isPublish(bytes: Buffer, at: number, body: number, end: number, head: Buffer): boolean {
  if (((bytes[at] ?? 0) & ~DUP) !== PUBLISH_QOS_1 || body + head.length + ID_BYTES > end) return false;
  for (let i = 0; i < head.length; i++) if (bytes[body + i] !== head[i]) return false;
  return true;
}
