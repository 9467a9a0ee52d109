import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UploadRoom } from './upload-room.ts';

test('[AP10] the room is bounded for all and for each sender, and is there again when it was given back', () => {
  const room = new UploadRoom(100, 60);
  assert.ok(room.take('a', 40));
  assert.ok(!room.take('a', 21), 'more than its part');
  assert.ok(room.take('b', 60));
  assert.ok(!room.take('c', 1), 'full');
  room.giveBack('a', 40);
  assert.ok(!room.take('b', 1), 'b has its part');
  assert.ok(room.take('a', 40));
});
