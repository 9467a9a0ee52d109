/** The far end of the line that `micro` measures: accepts every hold at once. */
import { type MessagePort, workerData } from 'node:worker_threads';
import { type LinkPort, ThreadLink } from '../workers/thread-link.ts';

const port = workerData as MessagePort;
new ThreadLink(port as unknown as LinkPort, {
  server: {
    submit(_screening, command, asker, tag) {
      const seats = command.kind === 'hold' ? command.seats : [];
      asker.answered(tag, command.requestId, { code: 0, kind: 'hold', hold: 2, seats, deadlineMs: 0 }, 2, 0);
    },
    subscribe() {},
    unsubscribe() {},
    forgetSubscriber() {},
  },
  nowMs: Date.now,
  endOfTurn: (callback) => void setImmediate(callback),
});
