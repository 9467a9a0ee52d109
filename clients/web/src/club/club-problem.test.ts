import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PaymentIntentResult } from '@stripe/stripe-js';
import { ApiProblem, ApiUnreachable } from '../../../sdk/api/http.ts';
import { clubEn } from '../words/club.en.ts';
import { clubPt } from '../words/club.pt-br.ts';
import { confirmedAs, joiningProblem } from './club-problem.ts';

const failed = (error: object): PaymentIntentResult => ({ error }) as PaymentIntentResult;
const ended = (status: string): PaymentIntentResult => ({ paymentIntent: { status } }) as PaymentIntentResult;

test('[WU8] what Stripe’s script says: only what certainly took no money is called so', () => {
  assert.equal(confirmedAs(ended('succeeded')), 'done');
  assert.equal(confirmedAs(ended('processing')), 'done');
  assert.equal(confirmedAs(failed({ type: 'validation_error', code: 'incomplete_number' })), 'incomplete');
  assert.equal(confirmedAs(failed({ type: 'card_error', code: 'card_declined' })), 'declined');
  const code = 'payment_intent_authentication_failure';
  assert.equal(confirmedAs(failed({ type: 'invalid_request_error', code })), 'bank');
  // Paid in another tab, a line that broke, a fault at Stripe's: the server has to look.
  for (const error of [
    { type: 'invalid_request_error', code: 'payment_intent_unexpected_state' },
    { type: 'api_connection_error' },
    { type: 'api_error' },
  ])
    assert.equal(confirmedAs(failed(error)), 'unknown');
});

test('[WU8] joining that failed, by its reason', () => {
  const problem = (status: number, code = ''): ApiProblem => new ApiProblem(status, code, '', [], null);
  assert.equal(joiningProblem(new ApiUnreachable('no answer')), 'unreachable');
  assert.equal(joiningProblem(problem(503, 'provider-unknown')), 'provider');
  assert.equal(joiningProblem(problem(403, 'cpf-needed')), 'who');
  assert.equal(joiningProblem(problem(404)), 'plan-gone');
  assert.equal(joiningProblem(problem(500)), 'other');
  assert.equal(joiningProblem(new TypeError('a fault of ours')), 'other');
});

test('[WU9] whatever goes wrong, both languages say that nothing was charged', () => {
  // Except of what was begun long ago, which is about no payment.
  for (const [name, text] of Object.entries(clubPt.problems))
    if (name !== 'begin-anew') assert.match(text, /nada foi cobrado/i, name);
  for (const [name, text] of Object.entries(clubEn.problems))
    if (name !== 'begin-anew') assert.match(text, /nothing was charged/i, name);
});

test('[WU9] sentences with numbers are right for none, one and more', () => {
  assert.deepEqual(
    [clubPt.left(0, 1), clubPt.left(0, 3), clubPt.left(1, 3), clubPt.left(2, 3)],
    ['O ingresso deste mês foi usado', 'Os 3 deste mês foram usados', 'Resta 1 de 3', 'Restam 2 de 3'],
  );
  assert.match(clubPt.leaveKeeps(1, 'sexta'), /^Seu ingresso deste mês vale até sexta/);
  assert.match(clubPt.leaveKeeps(0, 'sexta'), /^Você continua no clube até sexta/);
  assert.match(clubEn.leaveKeeps(2, 'Friday'), /^Your 2 tickets of this month are good until Friday/);
  assert.equal(clubEn.gives(1, 'R$15'), '1 ticket a month for R$15');
});
