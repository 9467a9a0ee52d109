import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RecordCache } from './record-cache.ts';

/** A catalogue whose reads wait until the test answers them. */
class Catalogue {
  nowMs = 0;
  readonly reads: { readonly id: number; readonly answer: (text: string | null) => void }[] = [];
  readonly cache = new RecordCache<string>(
    (id) => new Promise((answer) => this.reads.push({ id, answer })),
    () => this.nowMs,
  );

  answer(text: string | null): void {
    const read = this.reads.shift();
    assert.ok(read !== undefined, 'nothing is read');
    read.answer(text);
  }
}

test('[SW7] a record is read once, kept for a minute, and read anew when it was changed', async () => {
  const catalogue = new Catalogue();
  const both = [catalogue.cache.get(7), catalogue.cache.get(7)];
  catalogue.answer('old');
  assert.deepEqual(await Promise.all(both), ['old', 'old']);
  catalogue.nowMs = 59_999;
  assert.equal(await catalogue.cache.get(7), 'old');
  catalogue.cache.invalidate([6, 7]);
  const read = catalogue.cache.get(7);
  catalogue.answer('new');
  assert.equal(await read, 'new');
  catalogue.nowMs += 60_000;
  const later = catalogue.cache.get(7);
  catalogue.answer('newer');
  assert.equal(await later, 'newer');
});

test('[PC8] a record that is doubted is read anew, unless it is young: doubts of strangers cost one read a second', async () => {
  const catalogue = new Catalogue();
  const first = catalogue.cache.get(7);
  catalogue.answer('old');
  await first;
  catalogue.nowMs = 999;
  catalogue.cache.doubt(7, 1_000);
  assert.equal(await catalogue.cache.get(7), 'old');
  catalogue.nowMs = 1_000;
  catalogue.cache.doubt(7, 1_000);
  catalogue.cache.doubt(8, 1_000);
  const read = catalogue.cache.get(7);
  catalogue.answer('new');
  assert.equal(await read, 'new');
  for (let doubt = 0; doubt < 50; doubt++) catalogue.cache.doubt(7, 1_000);
  assert.deepEqual([await catalogue.cache.get(7), catalogue.reads], ['new', []]);
});

test('[SW7] a read that was under way when the record changed is not kept', async () => {
  const catalogue = new Catalogue();
  const before = catalogue.cache.get(7);
  catalogue.cache.invalidate([7]);
  const after = catalogue.cache.get(7);
  catalogue.answer('old');
  catalogue.answer('new');
  assert.deepEqual([await before, await after, await catalogue.cache.get(7)], ['old', 'new', 'new']);
});

test('[SW7] what does not exist is not kept, also when it was created meanwhile', async () => {
  const catalogue = new Catalogue();
  const before = catalogue.cache.get(7);
  catalogue.cache.invalidate([7]);
  const after = catalogue.cache.get(7);
  catalogue.answer(null);
  catalogue.answer('new');
  assert.deepEqual([await before, await after, await catalogue.cache.get(7)], [null, 'new', 'new']);
});
