/**
 * Base45 (RFC 9285): bytes in the 45 characters that a QR code packs into 5.5 bits each (its alphanumeric mode). Three
 * characters for two bytes cost 16.5 bits in the code; Base64 would need the mode for bytes, and a third more.
 *
 * Each byte string has exactly one spelling, and `readBase45` takes no other: a text that was changed is another byte string, or
 * none. The last character is never the alphabet's blank, so that whoever trims a text does not break it.
 */

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:';

/** "AB" → "BB8" */
export function base45(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 2) {
    const isPair = at + 1 < bytes.length;
    let value = isPair ? bytes[at]! * 256 + bytes[at + 1]! : bytes[at]!;
    for (let digits = isPair ? 3 : 2; digits > 0; digits--) {
      text += ALPHABET[value % 45];
      value = Math.floor(value / 45);
    }
  }
  return text;
}

/** Null for a text that is no Base45. */
export function readBase45(text: string): Uint8Array | null {
  const rest = text.length % 3;
  if (rest === 1) return null;
  const bytes = new Uint8Array(Math.floor(text.length / 3) * 2 + (rest === 2 ? 1 : 0));
  for (let at = 0, to = 0; at < text.length; at += 3, to += 2) {
    const group = text.slice(at, at + 3);
    let value = 0;
    for (let digit = group.length - 1; digit >= 0; digit--) {
      const worth = ALPHABET.indexOf(group[digit]!);
      if (worth < 0) return null;
      value = value * 45 + worth;
    }
    if (value > (group.length === 3 ? 0xffff : 0xff)) return null;
    if (group.length === 3) {
      bytes[to] = value >> 8;
      bytes[to + 1] = value & 0xff;
    } else {
      bytes[to] = value;
    }
  }
  return bytes;
}
