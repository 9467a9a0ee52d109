/**
 * Orders to one node, asked over NATS: `poltrona nodes drain NODE` talks to the node itself, since nobody else can give its
 * shards away.
 */
import type { NatsConnection } from './nats-connection.ts';

export type ControlOrder = 'drain' | 'resume';

/** What a node answers; `owned` shards are its own at this moment. */
export interface ControlAnswer {
  readonly ok: boolean;
  readonly state: string;
  readonly owned: number;
  readonly error?: string;
}

/** What is obeyed. */
export interface ControlledNode {
  drain(): Promise<void>;
  resume(): void;
  readonly state: { readonly node: string; readonly owned: number };
}

export function controlSubject(node: string): string {
  return `poltrona.node.${node}.control`;
}

/** Listens for orders to `node`; what it returns ends it. */
export function serveControl(connection: NatsConnection, node: string, obeying: ControlledNode): () => void {
  const subscription = connection.subscribe(controlSubject(node), {
    callback: (error, message) => {
      if (error === null) message.respond(JSON.stringify(obey(message.string(), obeying)));
    },
  });
  return () => subscription.unsubscribe();
}

function obey(order: string, obeying: ControlledNode): ControlAnswer {
  let error: string | null = null;
  // Draining takes as long as it takes: that it was begun is the answer.
  if (order === 'drain') obeying.drain().catch(() => {});
  else if (order === 'resume') obeying.resume();
  else error = `unknown order: ${order.slice(0, 40)}`;
  const { node: state, owned } = obeying.state;
  return error === null ? { ok: true, state, owned } : { ok: false, state, owned, error };
}

/** Rejects when the node does not answer: there is no such node, or NATS is away. */
export async function askNode(
  connection: NatsConnection,
  node: string,
  order: ControlOrder,
  timeoutMs: number,
): Promise<ControlAnswer> {
  const message = await connection.request(controlSubject(node), order, { timeout: timeoutMs });
  return message.json<ControlAnswer>();
}
