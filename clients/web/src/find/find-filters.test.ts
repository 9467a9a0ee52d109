/** Address to filters and back. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type FindFilters, filtersOf, paramsOf, queryOf } from './find-filters.ts';

test('[WF5] the address says what is looked for; what makes no sense in it is left out', () => {
  assert.deepEqual(filtersOf({}), { q: '', date: null, city: null, cinema: null });
  assert.deepEqual(filtersOf({ q: ' agente ', date: '2026-12-24', city: 'Campinas/SP', cinema: '12' }), {
    q: 'agente',
    date: '2026-12-24',
    city: 'Campinas/SP',
    cinema: 12,
  });
  assert.deepEqual(filtersOf({ q: 'a'.repeat(200), date: 'amanhã', city: ' ', cinema: '-1' }), {
    q: 'a'.repeat(100),
    date: null,
    city: null,
    cinema: null,
  });
  for (const cinema of ['0', '1e3', '9'.repeat(16), 'x']) assert.equal(filtersOf({ cinema }).cinema, null, cinema);
});

test('[WF5] filters written into an address and read again are the same', () => {
  const all: FindFilters[] = [
    { q: '', date: null, city: null, cinema: null },
    { q: 'agente secreto', date: '2026-12-24', city: 'São Paulo/SP', cinema: 3 },
    { q: '', date: null, city: 'Campinas', cinema: null },
  ];
  for (const filters of all) {
    const params = Object.fromEntries(Object.entries(paramsOf(filters)).filter(([, value]) => value !== null));
    assert.deepEqual(filtersOf(params), filters);
  }
});

test('[WF5] the question to the server is of the day that is shown', () => {
  const filters = filtersOf({ q: 'agente', city: 'Campinas', cinema: '3', date: '2026-12-24' });
  assert.deepEqual(queryOf(filters, '2026-12-26'), {
    q: 'agente',
    date: '2026-12-26',
    city: 'Campinas',
    cinema: 3,
    limit: 60,
  });
  assert.equal(queryOf(filters, undefined).date, undefined);
});
