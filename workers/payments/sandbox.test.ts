/** The sandbox behind the providers' port: it answers what the buyer has named, and the same again. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Sight } from '../../actors/payment/payment.ts';
import type { KnownObject, ProviderDesk } from './provider-port.ts';
import { type SandboxPorts, SLOW_MS, sandboxDesk } from './sandbox.ts';

const MONEY = { order: 'o1', amountCents: 6_400, currency: 'BRL' };

function sandbox(ports: Partial<SandboxPorts> = {}): ProviderDesk {
  return sandboxDesk({
    challengeOf: () => assert.fail('nobody is challenged'),
    delay: () => assert.fail('nothing is slow'),
    ...ports,
  });
}

/** What is known after this was seen. */
function known({ object, authorisation, capture }: Sight): KnownObject {
  return { ...MONEY, object, authorisation, capture };
}

async function created(desk: ProviderDesk, hasToken = true): Promise<Sight> {
  const wanted = { ...MONEY, screening: 7, hasToken, returnUrl: 'http://shop/pay/o1', key: 'o1.create' };
  return (await desk.create(wanted)).result;
}

async function authorised(desk: ProviderDesk, token: string): Promise<Sight> {
  return (await desk.authorise(known(await created(desk)), token, '', 'o1.authorise')).result;
}

test('[SB1] approved, declined, and slow: approved in the end; what is unknown is declined', async () => {
  const waits: number[] = [];
  let end = (): void => {};
  const desk = sandbox({
    delay: (ms) => {
      waits.push(ms);
      return new Promise<void>((resolve) => {
        end = resolve;
      });
    },
  });
  assert.equal((await created(desk)).is, 'approved');
  assert.equal((await created(desk, false)).is, 'declined');
  assert.equal((await authorised(desk, 'approved')).is, 'authorised');
  for (const token of ['declined', '', 'Approved', 'constructor']) {
    assert.equal((await authorised(desk, token)).is, 'declined', token);
  }
  let is: string | null = null;
  const slow = authorised(desk, 'slow').then((sight) => {
    is = sight.is;
  });
  await new Promise(setImmediate);
  assert.deepEqual([waits, is], [[SLOW_MS], null]);
  end();
  await slow;
  assert.equal(is, 'authorised');
});

test('[SB1] it keeps nothing: looked at, each payment is as our books have it', async () => {
  const desk = sandbox();
  const open = await created(desk);
  assert.equal((await desk.look(known(open))).result.is, 'approved');
  const reserved = await authorised(desk, 'approved');
  assert.equal((await desk.look(known(reserved))).result.is, 'authorised');
  const { result: taken } = await desk.capture(known(reserved), 'o1.capture');
  assert.deepEqual([taken.is, taken.capturedCents, taken.feeCents], ['captured', 6_400, 0]);
  assert.equal((await desk.look(known(taken))).result.is, 'captured');
  assert.equal((await desk.cancel(known(taken), 'o1.cancel')).result.is, 'captured');
  assert.equal((await desk.cancel(known(reserved), 'o1.cancel')).result.is, 'cancelled');
  const wanted = { id: 'o1.r1', cents: 3_200, object: null, isAgain: false, key: 'o1.r1' };
  const { result: refund } = await desk.refund(known(taken), wanted);
  assert.deepEqual([refund.is, (await desk.lookRefund(known(taken), refund.object)).result.is], ['done', 'done']);
});

test('[SB2] a challenge decides, whenever it is looked at; when nobody knows how it went, nobody says so', async () => {
  let outcome: 'passed' | 'failed' | null | Error = null;
  const desk = sandbox({
    challengeOf: () => (outcome instanceof Error ? Promise.reject(outcome) : Promise.resolve(outcome)),
  });
  const asked = await authorised(desk, 'authenticate');
  assert.equal(asked.is, 'action');
  assert.deepEqual(await desk.buyerAction(known(asked)), { kind: 'sandbox' });
  const looks: string[] = [];
  for (const next of [null, 'passed', 'failed'] as const) {
    outcome = next;
    looks.push((await desk.look(known(asked))).result.is);
  }
  assert.deepEqual(looks, ['action', 'authorised', 'declined']);
  outcome = new Error('no connection');
  await assert.rejects(desk.look(known(asked)), /no connection/);
});
