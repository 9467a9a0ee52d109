import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bestEffort, type LeftShelf, leaveDevice } from './leave-device.ts';

class Shelf implements LeftShelf {
  readonly texts: Map<string, string>;
  constructor(...keys: string[]) {
    this.texts = new Map(keys.map((key) => [key, 'text']));
  }
  get length(): number {
    return this.texts.size;
  }
  key(index: number): string | null {
    return [...this.texts.keys()][index] ?? null;
  }
  removeItem(key: string): void {
    this.texts.delete(key);
  }
}

test('[WT19] whoever leaves takes his address and the access of all links along; the rest of the tab stays', () => {
  const shelf = new Shelf('poltrona.access.o1', 'poltrona.reloaded', 'poltrona.buyer', 'poltrona.access.o2');
  leaveDevice(() => shelf);
  assert.deepEqual([...shelf.texts.keys()], ['poltrona.reloaded']);
});

test('[WT19] storage that is switched off, or half of it, keeps nobody from leaving', () => {
  leaveDevice(() => {
    throw new Error('SecurityError');
  });
  const blind = new Shelf('poltrona.buyer');
  Object.defineProperty(blind, 'length', {
    get: () => {
      throw new Error('SecurityError');
    },
  });
  leaveDevice(() => blind);
  assert.equal(blind.texts.size, 0);
});

test('[WT19] what is done as well as it can be ends: done, failed, thrown or too slow', async () => {
  const ended: string[] = [];
  await bestEffort(async () => ended.push('done'), 1000);
  await bestEffort(() => Promise.reject(new Error('failed')), 1000);
  await bestEffort(() => {
    throw new Error('thrown');
  }, 1000);
  await bestEffort(() => new Promise(() => {}), 5);
  assert.deepEqual(ended, ['done']);
});
