/**
 * Whose connection it is when a proxy stands in front. X-Forwarded-For is a line of text that anybody can write; only what
 * our own proxies put into it is true, and each of them puts its word at the end. So it is read from the end, and only as long
 * as somebody whom we trust vouches for what comes next: the TCP peer for the last entry, a trusted last entry for the one
 * before it. The first address that is no proxy of ours is the client.
 *
 * Always true: a peer that is not trusted gets its own address, whatever it sends; a forged entry counts for nothing.
 */
import { BlockList, isIP, SocketAddress } from 'node:net';
import { addressFromText } from './socket/address-text.ts';

/** Addresses of proxies whose X-Forwarded-For is believed. */
export interface TrustedProxies {
  has(address: string): boolean;
}

/**
 * From addresses and networks ("10.1.2.3", "10.0.0.0/8", "fd00::/8").
 * @throws RangeError naming the entry that is neither.
 */
export function trustedProxies(entries: readonly string[]): TrustedProxies {
  const list = new BlockList();
  for (const entry of entries) {
    const [, text = '', bits] = /^([^/]*)(?:\/(\d{1,3}))?$/.exec(entry) ?? [];
    const address = plainAddress(text);
    // An IPv4 network as IPv6 would need its prefix counted anew; nobody writes it so.
    if (address === null || (bits !== undefined && isIP(address) !== isIP(text))) throw notAnEntry(entry);
    const width = isIP(address) === 4 ? 32 : 128;
    const prefix = bits === undefined ? width : Number(bits);
    if (prefix > width) throw notAnEntry(entry);
    list.addSubnet(address, prefix, familyOf(address));
  }
  return { has: (address) => isIP(address) !== 0 && list.check(address, familyOf(address)) };
}

/**
 * The client's address: IPv4 as such also when it came mapped into IPv6, IPv6 in its short form, as `peer` is.
 *
 * - No header, or a peer that is not trusted: the peer.
 * - Every entry a trusted proxy: the first one; somebody in the house asks.
 * - An entry that is no address ("unknown", a word, an empty quote): whoever wrote it did not know or lies; the proxy that
 *   passed it on is taken instead, so that all such clients share one address and none chooses its own.
 *
 * `header` is X-Forwarded-For, several of them joined with commas in their order. Ports and IPv6 brackets are understood.
 */
export function clientAddress(peer: string, header: string | undefined, trusted: TrustedProxies): string {
  if (header === undefined || !trusted.has(peer)) return peer;
  let known = peer;
  for (const entry of header.split(',').reverse()) {
    const text = entry.trim();
    // An empty element of a list means nothing (RFC 9110, section 5.6.1).
    if (text === '') continue;
    const address = plainAddress(withoutPort(text));
    if (address === null) return known;
    if (!trusted.has(address)) return address;
    known = address;
  }
  return known;
}

/** "192.0.2.1:443", "[2001:db8::1]", "[2001:db8::1]:443"; a bare IPv6 address has no port. */
function withoutPort(text: string): string {
  const [, inBrackets, ipv4] = /^(?:\[([^\]]*)\]|([\d.]+))(?::\d{1,5})?$/.exec(text) ?? [];
  return inBrackets ?? ipv4 ?? text;
}

/** One spelling for each address; null for what is none. A zone ("fe80::1%eth0") means something on one machine only. */
function plainAddress(text: string): string | null {
  const family = isIP(text);
  if (family === 0 || text.includes('%')) return null;
  return family === 4 ? text : addressFromText(new SocketAddress({ address: text, family: 'ipv6' }).address);
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 4 ? 'ipv4' : 'ipv6';
}

function notAnEntry(entry: string): RangeError {
  return new RangeError(`"${entry}" is neither an address nor a network such as 10.0.0.0/8 or fd00::/8`);
}
