import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { BITE_BYTES, bodyDigest } from './body-digest.ts';

test('[ID11] a long body is hashed in bites, and others have their turn between two of them', async () => {
  for (const length of [0, 1, BITE_BYTES - 1, BITE_BYTES, BITE_BYTES + 1, 4 * BITE_BYTES + 5]) {
    const body = Uint8Array.from({ length }, (_, at) => at % 251);
    let turns = 0;
    let isHashing = true;
    const count = (): void => {
      if (!isHashing) return;
      turns++;
      setImmediate(count);
    };
    setImmediate(count);
    const digest = await bodyDigest(body);
    isHashing = false;
    assert.equal(digest, createHash('sha256').update(body).digest('hex'));
    assert.equal(turns, Math.max(0, Math.ceil(length / BITE_BYTES) - 1), `${length} bytes`);
  }
});
