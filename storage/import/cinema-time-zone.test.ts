import assert from 'node:assert/strict';
import { test } from 'node:test';
import { timeZoneOf } from './cinema-time-zone.ts';

const STATES = 'AC AL AM AP BA CE DF ES GO MA MG MS MT PA PB PE PI PR RJ RN RO RR RS SC SE SP TO'.split(' ');

test('each of the 27 states has a zone that this Node knows, at its legal offset', () => {
  const january = new Date(Date.UTC(2026, 0, 15, 12));
  const offsets = STATES.map((state) => {
    const timeZone = timeZoneOf(state, '') ?? assert.fail(state);
    const parts = new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'shortOffset' }).formatToParts(january);
    return parts.find(({ type }) => type === 'timeZoneName')?.value;
  });
  const odd = STATES.map((state, index) => `${state}${offsets[index]}`).filter((text) => !text.endsWith('GMT-3'));
  assert.deepEqual(odd, ['ACGMT-5', 'AMGMT-4', 'MSGMT-4', 'MTGMT-4', 'ROGMT-4', 'RRGMT-4']);
});

test('municipalities with a clock of their own are known, however they are written', () => {
  assert.equal(timeZoneOf('AM', 'Eirunepé'), 'America/Eirunepe');
  assert.equal(timeZoneOf('am', ' SÃO PAULO  DE OLIVENÇA '), 'America/Eirunepe');
  assert.equal(timeZoneOf('AM', 'MANAUS'), 'America/Manaus');
  assert.equal(timeZoneOf('PE', 'Fernando de Noronha'), 'America/Noronha');
  assert.equal(timeZoneOf('SP', 'TABATINGA'), 'America/Sao_Paulo');
});

test('an unknown state has no zone', () => {
  for (const state of ['', 'XX', 'constructor', 'toString', '__proto__']) assert.equal(timeZoneOf(state, 'X'), null);
});
