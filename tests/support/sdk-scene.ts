/** A session of the SDK with a server that misbehaves on command: real sockets, manual time. */
import type { TestContext } from 'node:test';
import WebSocket from 'ws';
import type { ConnectionState } from '../../clients/sdk/link.ts';
import { connect, type Session, type SessionOptions } from '../../clients/sdk/session.ts';
import type { SeatsEvent } from '../../clients/sdk/watched-seats.ts';
import { FakeGateway } from './fake-gateway.ts';
import { ManualTime } from './manual-time.ts';

export interface Scene {
  readonly gateway: FakeGateway;
  readonly time: ManualTime;
  readonly session: Session;
  readonly states: ConnectionState[];
  readonly events: SeatsEvent[];
  /** The next state of this kind, one that is already there included. */
  reach(is: ConnectionState['is']): Promise<ConnectionState>;
  /** The next event of this kind on the screening that is watched. */
  next(is: SeatsEvent['is']): Promise<SeatsEvent>;
  readonly listener: (event: SeatsEvent) => void;
}

export async function scene(
  t: TestContext,
  prepare: (gateway: FakeGateway) => void = () => {},
  options: Partial<SessionOptions> = {},
): Promise<Scene> {
  const gateway = await FakeGateway.start();
  prepare(gateway);
  const time = new ManualTime();
  const states: ConnectionState[] = [];
  const events: SeatsEvent[] = [];
  let wake: (() => void)[] = [];
  const changed = () => {
    const waiting = wake;
    wake = [];
    for (const each of waiting) each();
  };
  const session = connect({
    url: gateway.url,
    webSocket: WebSocket,
    surroundings: time,
    onState: (state) => {
      states.push(state);
      changed();
    },
    ...options,
  });
  t.after(async () => {
    session.close();
    await gateway.stop();
  });
  const find = async <T extends { readonly is: string }>(list: readonly T[], is: string, from: number): Promise<T> => {
    for (;;) {
      const found = list.slice(from).find((each) => each.is === is);
      if (found !== undefined) return found;
      await new Promise<void>((resolve) => wake.push(resolve));
    }
  };
  return {
    gateway,
    time,
    session,
    states,
    events,
    reach: async (is) => (session.state.is === is ? session.state : find(states, is, states.length)),
    next: (is) => find(events, is, events.length),
    listener: (event) => {
      events.push(
        event.is === 'stale' || event.is === 'gone' ? event : { ...event, seats: structuredClone(event.seats) },
      );
      changed();
    },
  };
}

/** Lets the session come back after a cut. */
export async function reconnect({ time, reach }: Scene): Promise<void> {
  await reach('waiting');
  time.passToNext();
  await reach('open');
}
