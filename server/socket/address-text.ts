/**
 * Addresses of peers as text, written one way whoever gave them: IPv4 also when it came mapped into IPv6, IPv6 in its
 * short form (RFC 5952). Limits per address and log lines would else count one visitor as two.
 */

/** From 4 or 16 bytes; '' for anything else (a Unix socket has no address). */
export function addressFromBytes(bytes: Uint8Array): string {
  if (bytes.length === 4) return bytes.join('.');
  if (bytes.length !== 16) return '';
  if (isMapped(bytes)) return bytes.subarray(12).join('.');
  const groups: number[] = [];
  for (let i = 0; i < 16; i += 2) groups.push((bytes[i]! << 8) | bytes[i + 1]!);
  return shortForm(groups);
}

/** From the text that `node:net` gives. */
export function addressFromText(text: string | undefined): string {
  if (text === undefined) return '';
  return text.startsWith('::ffff:') && text.includes('.') ? text.slice(7) : text;
}

function isMapped(bytes: Uint8Array): boolean {
  for (let i = 0; i < 10; i++) if (bytes[i] !== 0) return false;
  return bytes[10] === 0xff && bytes[11] === 0xff;
}

/** The longest run of two or more zero groups becomes '::'; of equal runs, the first. */
function shortForm(groups: readonly number[]): string {
  let start = -1;
  let length = 1;
  for (let i = 0; i < 8; i++) {
    let end = i;
    while (end < 8 && groups[end] === 0) end++;
    if (end - i > length) {
      start = i;
      length = end - i;
    }
    if (end > i) i = end;
  }
  const hex = (part: readonly number[]): string => part.map((group) => group.toString(16)).join(':');
  if (start < 0) return hex(groups);
  return `${hex(groups.slice(0, start))}::${hex(groups.slice(start + length))}`;
}
