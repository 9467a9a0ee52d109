/**
 * Ids of nodes. One who comes back is another one: whatever is on its way to the old process, a command or a delayed lease,
 * is not taken for the new one's.
 */
import { customAlphabet } from 'nanoid';

const ending = customAlphabet('0123456789abcdefghijklmnopqrstuvwxyz', 6);
const NAME_LENGTH_MAX = 60;

/** What people call the node, made fit for a NATS subject: `my.host` → `my-host`. */
export function nodeName(text: string): string {
  const name = text
    .replace(/[^0-9A-Za-z_-]+/g, '-')
    .slice(0, NAME_LENGTH_MAX)
    .replace(/^-+|-+$/g, '');
  return name === '' ? 'node' : name;
}

/** `my-host-4f0q2z`, another one each time. */
export function newNodeId(name: string): string {
  return `${nodeName(name)}-${ending()}`;
}
