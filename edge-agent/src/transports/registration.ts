import type { HeartbeatPacket, Registration } from "@nightflow/domain";

/** Whether a first packet is of the device that a registration describes. */
export function isRegisteredBy(packet: Buffer, registration: Registration): boolean {
  if ("hex" in registration) return startsWith(packet, bytesOf(registration));
  if ("text" in registration) return holdsWord(packet, registration.text);
  const digits = "imei" in registration ? registration.imei : registration.iccid;
  return holdsWord(packet, digits) || holdsPacked(packet, digits);
}

/** The bytes of a packet that a configuration gives as text or hex. */
export function bytesOf(packet: HeartbeatPacket): Buffer {
  return "hex" in packet ? Buffer.from(packet.hex.replaceAll(" ", ""), "hex") : Buffer.from(packet.text);
}

/** One and the same for registrations that one packet may mean. */
export function registrationKey(registration: Registration): string {
  if ("hex" in registration) return `hex ${bytesOf(registration).toString("hex")}`;
  return Object.values(registration)[0] ?? "";
}

/** The beginning of a packet for people: as text as far as it is text, the rest as hex. */
export function packetForPeople(packet: Buffer): string {
  const head = packet.subarray(0, 48);
  const [text = ""] = /^[\x20-\x7e\r\n\t]*/.exec(head.toString("latin1")) ?? [];
  const shown = text.length < 4 && text.length < head.length ? 0 : text.length;
  const hex = head.subarray(shown).toString("hex").toUpperCase().match(/../g) ?? [];
  return [text.slice(0, shown).trim(), ...hex].filter((part) => part !== "").join(" ");
}

function startsWith(packet: Buffer, head: Buffer): boolean {
  return packet.length >= head.length && packet.subarray(0, head.length).equals(head);
}

/** A number inside a longer number is another number. */
function holdsWord(packet: Buffer, word: string): boolean {
  const text = packet.toString("latin1");
  const wanted = Buffer.from(word).toString("latin1");
  for (let at = text.indexOf(wanted); at !== -1; at = text.indexOf(wanted, at + 1)) {
    const [before, behind] = [text[at - 1] ?? " ", text[at + wanted.length] ?? " "];
    if (!isWordCharacter(before) && !isWordCharacter(behind)) return true;
  }
  return false;
}

function isWordCharacter(character: string): boolean {
  return /[A-Za-z0-9]/.test(character);
}

/** Two digits a byte; an odd one has a 0 before it or an F behind it. */
function holdsPacked(packet: Buffer, digits: string): boolean {
  const forms = digits.length % 2 === 0 ? [digits] : [`0${digits}`, `${digits}f`];
  return forms.some((form) => packet.includes(Buffer.from(form, "hex")));
}
