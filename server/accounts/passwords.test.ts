import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CHEAP_HASHES, GOOD_PASSWORD } from '../../tests/support/accounts-stage.ts';
import { Problem } from '../api/problem.ts';
import { passwordFault } from './password-rules.ts';
import { PASSWORD_PARAMETERS, Passwords } from './passwords.ts';

test('[AC50] passwords are kept as argon2id with the parameters of OWASP', async () => {
  const hash = await new Passwords().hash(GOOD_PASSWORD);
  assert.match(hash, /^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  assert.deepEqual(PASSWORD_PARAMETERS, { memoryCost: 19_456, timeCost: 2, parallelism: 1, outputLen: 32 });
  const passwords = new Passwords();
  assert.equal(await passwords.isRight(hash, GOOD_PASSWORD), true);
  assert.equal(await passwords.isRight(hash, `${GOOD_PASSWORD} `), false);
  assert.equal(passwords.isOutdated(hash), false);
  assert.equal(new Passwords({ parameters: CHEAP_HASHES }).isOutdated(hash), true);
});

test('[AC50] what is typed the same is the same password, whichever way the keyboard writes it', async () => {
  const passwords = new Passwords({ parameters: CHEAP_HASHES });
  const hash = await passwords.hash('Sess\u00e3o \u00e0s nove horas');
  assert.equal(await passwords.isRight(hash, 'Sessa\u0303o a\u0300s nove horas'), true);
});

test('[AC51] nobody’s password is compared all the same, and is never right', async () => {
  const passwords = new Passwords({ parameters: CHEAP_HASHES });
  assert.equal(await passwords.isRight(null, GOOD_PASSWORD), false);
  assert.equal(await passwords.isRight(null, 'nobody has this password'), false);
});

test('[AC52] at most so many are hashed at once, so many wait in turn, and the next is told to try again', async () => {
  const passwords = new Passwords({ parameters: CHEAP_HASHES, atOnceMax: 2, waitingMax: 3 });
  const done: number[] = [];
  const asked = Array.from({ length: 7 }, (_, n) =>
    passwords.hash(GOOD_PASSWORD).then(
      () => done.push(n),
      (cause: unknown) => cause,
    ),
  );
  const outcomes = await Promise.all(asked);
  for (const busy of outcomes.slice(5)) {
    assert.ok(busy instanceof Problem);
    assert.deepEqual([busy.status, busy.code, busy.headers['retry-after']], [503, 'busy', '3']);
  }
  assert.deepEqual(done.slice().sort(), [0, 1, 2, 3, 4]);
  assert.match(await passwords.hash(GOOD_PASSWORD), /^\$argon2id/, 'and then there is room again');
});

test('[AC52] a comparison that fails gives its place back', async () => {
  const passwords = new Passwords({ parameters: CHEAP_HASHES, atOnceMax: 1, waitingMax: 1 });
  for (let count = 0; count < 3; count++) await assert.rejects(passwords.isRight('no hash at all', GOOD_PASSWORD));
  assert.match(await passwords.hash(GOOD_PASSWORD), /^\$argon2id/);
});

test('[AC53] a password is long and not the first guess; nothing else is asked of it', () => {
  const owner = { email: 'ana.souza@example.com', name: 'Ana Souza', cpf: '52998224725' };
  const refused = [
    'nine char',
    '1234567890',
    'Senha12345',
    'aaaaaaaaaaaa',
    'ababababab',
    'ana.souza@example.com',
    'Ana.Souza123',
    'anasouza2026',
    '529.982.247-25',
    '52998224725x',
    'x'.repeat(129),
    'ã'.repeat(65),
  ];
  for (const password of refused) assert.notEqual(passwordFault(password, owner), null, password);
  const fine = [
    'um guarda-chuva amarelo',
    'correct horse battery',
    '8rT!qz-Lw0',
    'ana souza gosta de cinema',
    'poltrona na fila do meio',
  ];
  for (const password of fine) assert.equal(passwordFault(password, owner), null, password);
  assert.equal(passwordFault('ten letter', { email: null, name: 'Li' }), null);
});
