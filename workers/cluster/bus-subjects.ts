/**
 * The NATS subjects of the bus. A shard's subject names its owner's epoch: a former owner still listens on the subject
 * of its own epoch, to which nobody who knows better sends any more; and what is sent to an epoch that nobody owns comes
 * back from the server at once ("no responders").
 */

/** Commands for the screenings of a shard, and who follows them: to whoever owns it under this epoch. */
export function shardSubject(shard: number, epoch: number): string {
  return `poltrona.shard.${shard}.${epoch}`;
}

/** What all followers of a screening hear from its owner. */
export function screeningSubject(screening: number): string {
  return `poltrona.screening.${screening}`;
}

/** Where one thread of a node hears answers: this, a full stop, and the number of a batch. */
export function inboxOf(node: string, thread: number): string {
  return `poltrona.inbox.${node}.${thread}`;
}

const REPLY = /^(poltrona\.inbox\.[0-9A-Za-z_-]{1,128}\.\d{1,4})\.\d{1,16}$/;

/** The inbox in a reply subject; null when it is none of ours, since whoever reaches NATS could have us write anywhere. */
export function inboxOfReply(reply: string): string | null {
  return REPLY.exec(reply)?.[1] ?? null;
}

/** Of a subject in an inbox. 0 is no batch: what comes there are answers. */
export function batchOfReply(reply: string): number {
  return Number(reply.slice(reply.lastIndexOf('.') + 1));
}

const NODE = /^[0-9A-Za-z_-]{1,128}$/;

/** May be a token of a subject. */
export function isNodeId(value: unknown): value is string {
  return typeof value === 'string' && NODE.test(value);
}

const SEATS_LEFT = 'poltrona.seats-left.';

/** How many seats are left, as `node` tells all others. */
export function seatsLeftSubject(node: string): string {
  return `${SEATS_LEFT}${node}`;
}

/** What all nodes tell, our own messages included. */
export const ALL_SEATS_LEFT = `${SEATS_LEFT}*`;
