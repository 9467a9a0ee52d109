/** The same command said fifty times at once, as by a page whose retry button is pressed in a tunnel. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { ClientOp } from '../../server/protocol/client-messages.ts';
import { OutcomeCode } from '../../server/protocol/outcome-code.ts';
import type { Answer } from '../../server/protocol/server-frame.ts';
import { connected, testDatabase } from '../support/postgres.ts';
import { addScreenings } from '../support/screenings.ts';
import { startServer } from '../support/server-process.ts';
import { type CommandDraft, type History, newRequestId, TestClient } from '../support/test-client.ts';
import { checkBooks } from './books.ts';

const COPIES = 50;

test('[I4] the same hold and the same purchase fifty times at once from fifty connections: one effect, one answer', async (t) => {
  const { crowd, screenings, database, history, facts } = await crowdOf(t, COPIES);
  for (const screening of screenings) {
    const before = await facts(screening);
    const hold = { op: ClientOp.hold, screening, seats: [3, 4], hold: 0 } as const;
    const held = sameAnswer(await together(crowd, hold));
    assert.equal(held.body.kind, 'held');
    if (held.body.kind !== 'held') return;
    // Before the hold comes the new owner's claim.
    assert.equal(await facts(screening), before + 2);

    const buy = {
      op: ClientOp.buy,
      screening,
      hold: held.body.hold,
      seats: [
        [3, 1],
        [4, 3],
      ],
      method: 'sandbox',
      detail: 'approved',
    } as const;
    const sold = sameAnswer(await together(crowd, buy));
    assert.equal(sold.body.kind, 'sold');
    assert.equal(await facts(screening), before + 4, 'a purchase is two facts: the payment begins, the seats are sold');
  }
  await checkBooks(t, database, { history });
});

test('[I4] a request id with another content is refused as reused, by whatever connection it comes, and nothing happens', async (t) => {
  const { crowd, screenings, database, history, facts } = await crowdOf(t, 10);
  const screening = screenings[0]!;
  const requestId = newRequestId();
  const first = await crowd[0]!.command({ op: ClientOp.hold, screening, seats: [1, 2], hold: 0 }, requestId);
  assert.equal(first.code, OutcomeCode.accepted);
  assert.ok(first.body.kind === 'held');
  const { hold } = first.body;
  const stored = await facts(screening);
  const others: CommandDraft[] = [
    { op: ClientOp.hold, screening, seats: [1, 3], hold: 0 },
    { op: ClientOp.hold, screening, seats: [2, 1], hold: 0 },
    { op: ClientOp.hold, screening, seats: [1, 2], hold },
    { op: ClientOp.release, screening, hold, seats: [] },
    { op: ClientOp.extend, screening, hold },
    { op: ClientOp.bestAvailable, screening, count: 2, accessible: false },
  ];
  for (const draft of others) {
    const reused = await Promise.all(crowd.map((client) => client.command(draft, requestId)));
    for (const answer of reused) assert.equal(answer.code, OutcomeCode.requestIdReused, JSON.stringify(draft));
  }
  assert.equal(await facts(screening), stored);

  const buyId = newRequestId();
  const purchase = { op: ClientOp.buy, screening, hold, method: 'sandbox', detail: 'approved' } as const;
  const full: CommandDraft = {
    ...purchase,
    seats: [
      [1, 1],
      [2, 1],
    ],
  };
  const half: CommandDraft = {
    ...purchase,
    seats: [
      [1, 2],
      [2, 2],
    ],
  };
  assert.equal((await crowd[0]!.command(full, buyId)).code, OutcomeCode.accepted);
  const again = await Promise.all(crowd.map((client) => client.command(half, buyId)));
  for (const answer of again) assert.equal(answer.code, OutcomeCode.requestIdReused);
  // And the right one still gets its answer.
  assert.equal(sameAnswer(await Promise.all(crowd.map((client) => client.command(full, buyId)))).code, 0);
  const accepted = history.filter(({ answer }) => answer?.code === 0);
  await checkBooks(t, database, { history: accepted.slice(0, 2) });
});

interface Crowd {
  /** Connections of one session. */
  readonly crowd: readonly TestClient[];
  readonly screenings: readonly number[];
  readonly database: Awaited<ReturnType<typeof testDatabase>>;
  readonly history: History;
  readonly facts: (screening: number) => Promise<number>;
}

async function crowdOf(t: TestContext, size: number): Promise<Crowd> {
  const database = await testDatabase(t);
  // Neighbouring ids belong to different threads.
  const screenings = await addScreenings(database, { count: 4, rows: 4, columns: 10 });
  const server = await startServer(t, { database });
  const history: History = [];
  const one = await TestClient.connect({ server: () => server.webSocketUrl, history });
  const { token } = one;
  assert.ok(token !== null);
  const crowd = await Promise.all(
    Array.from({ length: size }, (_, number) =>
      // One of them writes the history.
      TestClient.connect({ server: () => server.webSocketUrl, history: number === 0 ? history : [], token }),
    ),
  );
  one.close();
  t.after(() => {
    for (const client of crowd) client.close();
  });
  for (const client of crowd) assert.equal(client.buyer, one.buyer);
  const reader = await connected(t, database, 'reader');
  const facts = async (screening: number): Promise<number> => {
    const { rows } = await reader.query<{ count: string }>('select count(*) from journal where screening = $1', [
      screening,
    ]);
    return Number(rows[0]?.count);
  };
  return { crowd, screenings, database, history, facts };
}

/** Everybody says it in one turn, before anybody hears an answer. */
function together(crowd: readonly TestClient[], draft: CommandDraft): Promise<Answer[]> {
  const requestId = newRequestId();
  return Promise.all(crowd.map((client) => client.command(draft, requestId)));
}

/** The answer that everybody got. How long is left is asked for at different moments, and may differ. */
function sameAnswer(answers: readonly Answer[]): Answer {
  const [first] = answers;
  assert.ok(first !== undefined);
  for (const answer of answers) assert.deepEqual(withoutClock(answer), withoutClock(first));
  assert.equal(first.code, OutcomeCode.accepted);
  return first;
}

function withoutClock(answer: Answer): unknown {
  return answer.body.kind === 'held' ? { ...answer, body: { ...answer.body, msLeft: 0 } } : answer;
}
