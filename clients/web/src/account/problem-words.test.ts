import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ApiProblem, ApiUnreachable } from '../../../sdk/api/http.ts';
import { accountEn } from '../words/account.en.ts';
import { accountPt } from '../words/account.pt-br.ts';
import { fieldSentences, problemSentence } from './problem-words.ts';

const refused = (status: number, code: string, retryAfterMs: number | null = null): ApiProblem =>
  new ApiProblem(status, code, 'for programmers', [], retryAfterMs);

test('[WT15] every refusal of the API about accounts has words of its own, in both languages', () => {
  const codes = ['wrong-credentials', 'wrong-password', 'cpf-in-use', 'has-cpf', 'guest', 'not-signed-in', 'not-found'];
  for (const words of [accountPt, accountEn]) {
    const said = codes.map((code) => problemSentence(refused(409, code), words));
    assert.equal(new Set(said).size, codes.length);
    assert.ok(!said.includes(words.other));
  }
});

test('[WT15] too many attempts say how long to wait; no answer and a crowd are told apart from a refusal', () => {
  assert.match(problemSentence(refused(429, 'too-many-attempts', 61_000), accountPt), /2 minutos/);
  assert.match(problemSentence(refused(429, 'too-many-attempts', 5_000), accountPt), /um minuto/);
  assert.equal(problemSentence(new ApiUnreachable(), accountPt), accountPt.offline);
  assert.equal(problemSentence(refused(503, ''), accountPt), accountPt.busy);
  assert.equal(problemSentence(refused(500, 'internal'), accountPt), accountPt.other);
  assert.equal(problemSentence(new TypeError('a bug'), accountPt), accountPt.other);
});

test('[WT15] a refused field is named with what is wrong with it', () => {
  const problem = new ApiProblem(
    400,
    'invalid',
    '',
    [
      { path: 'body.password', message: 'is one of the commonest passwords; take another one' },
      { path: 'body.cpf', message: 'is no CPF' },
    ],
    null,
  );
  assert.deepEqual(
    [...fieldSentences(problem, accountPt)],
    [
      ['password', accountPt.passwordFaults['too-common']],
      ['cpf', accountPt.cpfWrong],
    ],
  );
  assert.equal(problemSentence(problem, accountPt), accountPt.fields);
});
