/** How seat maps look on the wire. */
import { encodeFrame } from './protocol/codec.ts';
import { ServerOp } from './protocol/opcodes.ts';
import { packChanges, packStatus } from './protocol/seat-packing.ts';
import type { WatchFrames } from './seat-watch.ts';

export const watchFrames: WatchFrames = {
  snapshot: ({ screening, epoch, version, salesOpen, status }) =>
    encodeFrame([[ServerOp.snapshot, screening, epoch, version, salesOpen, status.length, packStatus(status)]]),
  delta: ({ screening, epoch, fromVersion, version, salesOpen, changes }) =>
    encodeFrame([[ServerOp.delta, screening, epoch, fromVersion, version, salesOpen, packChanges(changes)]]),
  gone: (screening, code) => encodeFrame([[ServerOp.gone, screening, code]]),
};
