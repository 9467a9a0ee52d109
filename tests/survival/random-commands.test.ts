/** Messages that fit the protocol and mean nothing: what passes the door must not be able to stop an actor. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Packr } from 'msgpackr';
import { encodeClientFrame } from '../../server/protocol/client-codec.ts';
import { ClientOp } from '../../server/protocol/client-messages.ts';
import { MESSAGES_PER_FRAME_MAX } from '../../server/protocol/limits.ts';
import { ServerOp } from '../../server/protocol/opcodes.ts';
import { MESSAGE_TABLE, type MessageShape } from '../../server/protocol/schema.ts';
import type { Random } from '../simulation/random.ts';
import { type Sample, sampleMessage } from '../support/message-samples.ts';
import { testDatabase } from '../support/postgres.ts';
import { addScreenings } from '../support/screenings.ts';
import { startServer } from '../support/server-process.ts';
import { checkBooks } from './books.ts';
import { hello, opened, received } from './raw-session.ts';
import { scenario } from './rounds.ts';

const packr = new Packr({ useRecords: false });
const SHAPES = MESSAGE_TABLE.filter(({ from, name }) => from === 'client' && name !== 'hello');
/** Two more than there are. The halls are tiny, so that chance names what is really there often enough. */
const SEATS = 10;

test('[I1][I3] thousands of well-formed messages that mean nothing stop no actor and break no promise', async (t) => {
  const { random, rounds } = scenario(t, 80);
  const database = await testDatabase(t);
  const screenings = await addScreenings(database, { count: 12, rows: 2, columns: 4 });
  const server = await startServer(t, { database });
  const tokens: (string | null)[] = [null, null];
  for (let round = 0; round < rounds; round++) {
    const socket = await opened(server);
    const session = random.below(tokens.length);
    socket.send(hello(tokens[session] ?? null));
    const welcome = await received(socket, ({ op }) => op === ServerOp.welcome);
    if (welcome.op === ServerOp.welcome) tokens[session] = welcome.token;
    // In frames of eight: the longest lists of more would not fit into one.
    for (let frames = 0; frames < MESSAGES_PER_FRAME_MAX / 8; frames++) {
      socket.send(packr.pack(Array.from({ length: 8 }, () => randomMessage(random, screenings))));
    }
    socket.send(encodeClientFrame([{ op: ClientOp.ping, nonce: round }]));
    await received(socket, (message) => message.op === ServerOp.pong && message.nonce === round);
    // Some stay to hear the answers, some do not.
    if (random.chance(0.5)) socket.connection.socket.destroy();
    else t.after(() => socket.connection.socket.destroy());
  }
  assert.deepEqual(
    // On a Node without a uWebSockets.js binary the server says so once.
    server.lines.filter(({ level, msg }) => level !== 'info' && !msg.includes('node:http and ws')),
    [],
  );
  await checkBooks(t, database, { history: [] });
  assert.deepEqual(await server.stop(), { code: 0, signal: null });
});

/** As the table of messages allows, and mostly about something that exists: what does not is refused at once. */
function randomMessage(random: Random, screenings: readonly number[]): Sample[] {
  const shape = random.pick(SHAPES);
  const message = sampleMessage(shape, () => random.next());
  shape.fields.forEach(({ name }, index) => {
    if (random.chance(0.1)) return;
    const value = likely(name, shape, random, screenings);
    if (value !== undefined) message[index + 1] = value;
  });
  return message;
}

function likely(field: string, shape: MessageShape, random: Random, screenings: readonly number[]): Sample | undefined {
  const list = (item: () => Sample): Sample[] => Array.from({ length: random.chance(0.7) ? 1 : random.below(5) }, item);
  switch (field) {
    case 'screening':
      return random.pick(screenings);
    case 'hold':
      if (shape.name === 'hold' && random.chance(0.7)) return 0;
      return 1 + random.below(16);
    case 'seats':
      return shape.name === 'release' && random.chance(0.5) ? [] : list(() => random.below(SEATS));
    case 'lines':
      return list(() => [random.below(SEATS), 1 + random.below(3)]);
    case 'payment':
      return ['sandbox', random.chance(0.8) ? 'approved' : 'declined'];
    default:
      return undefined;
  }
}
