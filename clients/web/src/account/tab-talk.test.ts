import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type TabNews, TabTalk } from './tab-talk.ts';

test('[WT18] what one tab does about who is here, the others hear, and it does not hear itself', async (t) => {
  const [one, other] = [new TabTalk(), new TabTalk()];
  t.after(() => {
    one.close();
    other.close();
  });
  const heard: string[] = [];
  one.hear((news) => heard.push(`one: ${news}`));
  const allHeard = new Promise<void>((resolve) => {
    other.hear((news) => {
      heard.push(`other: ${news}`);
      if (news === 'signed-out') resolve();
    });
  });
  one.tell('who');
  one.tell('a word of a later build' as TabNews);
  one.tell('signed-out');
  await allHeard;
  assert.deepEqual(heard, ['other: who', 'other: signed-out']);
});
