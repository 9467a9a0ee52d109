/** The small parts: folding, errors, words, cursors, instants. Each against its plain definition where there is one. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chanceOf, pick } from '../../storage/seeded-chance.ts';
import { plainDistance } from '../../tests/support/search-brute-force.ts';
import { mistyped } from '../../tests/support/search-rows.ts';
import { bitCount, editDistance, lettersOf } from './edit-distance.ts';
import { foldText, wordsOf } from './folded-text.ts';
import { dayNumber, instantText, localText } from './instant-text.ts';
import { readCursor, type SearchPlace, searchNumber, writeCursor } from './search-cursor.ts';
import { WordList } from './word-list.ts';

test('[SE1] folding: accents, case and punctuation go, words stay', () => {
  assert.equal(foldText('  São José, 2º ato: "Ação"! '), 'sao jose 2o ato acao');
  assert.equal(foldText('Ação'), foldText('Ação'.normalize('NFD')));
  assert.deepEqual(wordsOf('—!?'), []);
  assert.deepEqual(wordsOf('Слово ﬁlme'), ['слово', 'filme']);
  assert.equal(wordsOf('a'.repeat(99))[0]?.length, 40);
});

test('[SE2] errors are counted as by the definition, and letters tell early that there are too many', () => {
  const chance = chanceOf(2);
  const word = (): string => Array.from({ length: pick(chance, 9) }, () => 'abç1'[pick(chance, 4)]).join('');
  for (let round = 0; round < 20_000; round++) {
    const [a, b] = [word(), word()];
    const max = 1 + pick(chance, 2);
    const errors = plainDistance(a, b);
    assert.equal(editDistance(a, b, max), Math.min(errors, max + 1), `${a} ${b}`);
    if (errors <= max) assert.ok(bitCount(lettersOf(a) ^ lettersOf(b)) <= 2 * max, `${a} ${b}`);
  }
  assert.equal(editDistance('a'.repeat(65), `${'a'.repeat(64)}b`, 2), 3);
});

test('[SE2] a typing error is forgiven in each place of a word of four letters, and not in one of three', () => {
  const words = new WordList();
  words.add(['duna', 'rio'], 'films', 5);
  for (const typed of ['dna', 'duuna', 'dnua', 'duma', 'una', 'dun']) {
    const { films } = words.match(typed);
    assert.equal(films.has(5), typed.length >= 4 || 'duna'.startsWith(typed), typed);
  }
  assert.equal(words.match('rjo').films.size, 0);
});

test('[SE7] words belong to who has them now, whatever came and went; kept matches do not outlive a change', () => {
  const chance = chanceOf(7);
  const texts = Array.from({ length: 30 }, (_, at) =>
    mistyped(chance, ['aurora', 'autora', 'estacao', 'guardioes'][at % 4] ?? ''),
  );
  const words = new WordList();
  const has = new Map<string, Set<string>>();
  for (let round = 0; round < 2_000; round++) {
    const text = texts[pick(chance, 30)] ?? '';
    const kind = pick(chance, 2) === 0 ? 'films' : 'cinemas';
    const slot = pick(chance, 5);
    const owners = has.get(text) ?? new Set();
    has.set(text, owners);
    const key = `${kind} ${slot}`;
    if (owners.has(key)) words.remove([text, text], kind, slot);
    else words.add([text, text], kind, slot);
    if (!owners.delete(key)) owners.add(key);
    const probe = texts[pick(chance, 30)] ?? '';
    const found = words.match(probe);
    const exact = (['films', 'cinemas'] as const).flatMap((one) =>
      [...found[one]].filter(([, fit]) => fit === 6).map(([owner]) => `${one} ${owner}`),
    );
    assert.deepEqual(exact.sort(), [...(has.get(probe) ?? [])].sort());
  }
  for (const [text, owners] of has)
    for (const key of owners)
      words.remove([text], key.startsWith('films') ? 'films' : 'cinemas', Number(key.split(' ')[1]));
  assert.equal(words.size, 0);
});

test('[SE13] a cursor is read as it was written; damaged ones, and those of other searches, are none', () => {
  const place: SearchPlace = {
    score: 19,
    day: 20_782,
    popularity: 8,
    film: 2 ** 40,
    startsAtMs: 1.8e12,
    screening: 123_456,
  };
  const search = searchNumber('agente\n20782\n\n');
  const text = writeCursor(place, search);
  assert.match(text, /^[\w-]+$/);
  assert.deepEqual(readCursor(text, search), place);
  assert.equal(readCursor(text, searchNumber('agentes')), null);
  const chance = chanceOf(13);
  for (let round = 0; round < 5_000; round++) {
    const damaged = Buffer.from(text);
    damaged[pick(chance, damaged.length)] = pick(chance, 256);
    const read = readCursor(damaged.toString('latin1'), search);
    for (const value of Object.values(read ?? {})) assert.ok(Number.isSafeInteger(value));
  }
  for (const wrong of ['', 'MQ', 'x'.repeat(500), Buffer.from('1.1.1.1.1.1.1').toString('base64url')])
    assert.equal(readCursor(wrong, search), null);
});

test('[SE4] instants and days are written as JavaScript writes them, before 1970 too', () => {
  const chance = chanceOf(4);
  for (let round = 0; round < 2_000; round++) {
    const ms = (pick(chance, 2 ** 31) - 2 ** 30) * (round % 2 === 0 ? 60_000 : 997);
    assert.equal(instantText(ms), new Date(ms).toISOString());
    const offset = 15 * (pick(chance, 100) - 50);
    assert.equal(localText(ms, offset), new Date(ms + offset * 60_000).toISOString().slice(0, -5));
  }
  assert.equal(dayNumber('2026-11-25'), Date.UTC(2026, 10, 25) / 86_400_000);
  for (const wrong of ['2026-02-30', '2026-13-01', '2026-1-1', 'today', ''])
    assert.equal(dayNumber(wrong), null, wrong);
});
