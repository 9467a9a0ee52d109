/**
 * The question that a frozen owner must not answer. Somebody has a seat, and the owner knows it; the owner stands still;
 * the seat is given back to whoever owns it now; and then somebody asks the old owner for it, whose socket is still open. An
 * owner that wakes and answers from its memory says that the seat is taken.
 */
import assert from 'node:assert/strict';
import { ClientOp } from '../../server/protocol/client-messages.ts';
import { OutcomeCode } from '../../server/protocol/outcome-code.ts';
import type { Answer } from '../../server/protocol/server-frame.ts';
import { until } from '../support/deadline.ts';
import { TestClient } from '../support/test-client.ts';
import type { ClusterScene } from './cluster-scene.ts';

/** Resolves with what the second buyer hears, who asked the sleeper. */
export async function lateQuestion(scene: ClusterScene): Promise<Answer> {
  const { stage, load } = scene;
  const { history } = load;
  const [sleeper, other] = [scene.node(0), scene.node(1)];
  const screening = (await scene.screeningsOf(sleeper)).at(-1);
  assert.ok(screening !== undefined);
  const first = await TestClient.connect({ server: () => other.url, history });
  const second = await TestClient.connect({ server: () => sleeper.url, history });
  try {
    const held = await first.command({ op: ClientOp.bestAvailable, screening, count: 1, accessible: false });
    assert.equal(held.body.kind, 'held');
    const { hold, seats } = held.body as { hold: number; seats: readonly number[] };
    sleeper.isOpen = false;
    sleeper.server.kill('SIGSTOP');
    await stage.whenOwnedBy([other]);
    // Given back, at another node's.
    const released = await first.command({ op: ClientOp.release, screening, hold, seats: [] });
    assert.equal(released.code, OutcomeCode.accepted);
    const answered = second.command({ op: ClientOp.hold, screening, seats, hold: 0 });
    await until(
      () => history.some(({ request, sent }) => request.op === ClientOp.hold && request.seats === seats && sent > 0),
      5_000,
      () => 'the question was not sent',
    );
    sleeper.server.kill('SIGCONT');
    sleeper.isOpen = true;
    return await answered;
  } finally {
    first.close();
    second.close();
  }
}
