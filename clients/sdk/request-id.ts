const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_-';

/** 128 unguessable bits as 22 characters. Whoever could guess an id could make its owner's command fail as "used before". */
export function newRequestId(randomBytes: (bytes: Uint8Array) => void): string {
  const bytes = new Uint8Array(16);
  randomBytes(bytes);
  let text = '';
  let bits = 0;
  let held = 0;
  for (const byte of bytes) {
    bits = (bits << 8) | byte;
    held += 8;
    while (held >= 6) {
      held -= 6;
      text += ALPHABET[(bits >> held) & 63];
    }
    bits &= (1 << held) - 1;
  }
  return text + ALPHABET[(bits << (6 - held)) & 63];
}
