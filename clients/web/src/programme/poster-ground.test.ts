/** Posters of films without one. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GROUNDS, LIGHTS, posterGround, titleSize } from './poster-ground.ts';

test('[WF6] a film always has the same ground, its neighbour another one, and all of them are used', () => {
  const ids = Array.from({ length: 400 }, (_, at) => at + 1);
  const grounds = ids.map((id) => posterGround(id).ground);
  assert.deepEqual(posterGround(7), posterGround(7));
  assert.equal(new Set(grounds).size, GROUNDS.length);
  assert.equal(new Set(ids.map((id) => posterGround(id).light)).size, LIGHTS.length);
  for (const [at, ground] of grounds.entries()) assert.notEqual(ground, grounds[at + 1], `film ${at + 1}`);
  assert.ok(GROUNDS.includes(posterGround(Number.MAX_SAFE_INTEGER).ground));
});

test('[WF6] the longer the title, or its longest word, the smaller it is set', () => {
  assert.equal(titleSize('Duna'), 'l');
  assert.equal(titleSize('O Agente Secreto'), 'm');
  assert.equal(titleSize('Ainda Estou Aqui, e Daqui Não Saio'), 's');
  assert.equal(titleSize('Desenvolvimentos'), 'xs');
  assert.equal(titleSize('x '.repeat(40)), 'xs');
  assert.equal(titleSize(''), 'l');
});
