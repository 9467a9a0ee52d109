import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ApiProblem, ApiUnreachable } from '../../../sdk/api/http.ts';
import type { Buyer } from '../../../sdk/api/session-api.ts';
import { hasOwnSession, isSameGuest, maskedEmail, nameOfWho, troubleOf } from './trouble.ts';

const problem = (status: number, code: string, path?: string): ApiProblem =>
  new ApiProblem(status, code, '', path === undefined ? [] : [{ path, message: '' }], null);

const guest: Buyer = {
  ...{ id: 'g', isGuest: true, name: null, email: 'ana@example.com', cpf: '***.982.247-**' },
  ...{ birthDate: null, locale: 'pt-BR' },
};

test('[WC2] what the server says about the person becomes a word that the page has sentences for', () => {
  assert.equal(troubleOf(new ApiUnreachable('')), 'unreachable');
  assert.equal(troubleOf(problem(429, 'too-many-attempts')), 'too-many-attempts');
  assert.equal(troubleOf(problem(400, 'invalid', 'body.cpf')), 'cpf');
  assert.equal(troubleOf(problem(400, 'invalid', 'body.email')), 'email');
  assert.equal(troubleOf(problem(409, 'cpf-in-use')), 'cpf-in-use');
  assert.equal(troubleOf(problem(401, 'not-signed-in')), 'signed-out');
  assert.equal(troubleOf(problem(500, '')), 'server');
  assert.equal(troubleOf(new TypeError('a bug')), 'server');
});

test('[WC14] the same guest is not made twice; another address or CPF is another guest', () => {
  const fields = { email: ' Ana@example.com', cpf: '529.982.247-25', name: '' };
  assert.equal(isSameGuest(guest, fields), true);
  assert.equal(isSameGuest(guest, { ...fields, name: 'Ana' }), false);
  assert.equal(isSameGuest(guest, { ...fields, email: 'rui@example.com' }), false);
  assert.equal(isSameGuest(guest, { ...fields, cpf: '111.444.777-35' }), false);
  assert.equal(isSameGuest({ ...guest, isGuest: false }, fields), false);
  assert.equal(isSameGuest(null, fields), false);
});

test('[WC14] an address is shown so that only its owner knows it', () => {
  assert.equal(maskedEmail('ana@example.com'), 'a•••@example.com');
});

test('[WC19] an account or staff has a session that no guest’s form may end; a guest and a visitor have not', () => {
  const ana: Buyer = { ...guest, isGuest: false };
  const rui = { who: 'user:1', name: 'Rui', role: 'manager' };
  assert.equal(hasOwnSession({ buyer: null, staff: null }), false);
  assert.equal(hasOwnSession({ buyer: guest, staff: null }), false);
  assert.equal(hasOwnSession({ buyer: ana, staff: null }), true);
  assert.equal(hasOwnSession({ buyer: null, staff: rui }), true);
  assert.equal(nameOfWho({ buyer: null, staff: rui }), 'Rui');
  assert.equal(nameOfWho({ buyer: { ...ana, name: null, email: 'ana@example.com' }, staff: null }), 'a•••@example.com');
  assert.equal(nameOfWho({ buyer: null, staff: null }), '');
});
