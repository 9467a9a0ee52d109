/** How seat maps look on the wire. */
import { encodeFrame } from './protocol/codec.ts';
import { ServerOp } from './protocol/opcodes.ts';
import { packChanges, packStatus } from './protocol/seat-packing.ts';
import type { WatchFrames } from './seat-watch.ts';

export const watchFrames: WatchFrames = {
  snapshot: ({ screening, seatMap, epoch, version, salesOpen, status }) => {
    const seats = [ServerOp.snapshot, screening, epoch, version, salesOpen, status.length, packStatus(status)] as const;
    return encodeFrame([seatMap === 0 ? seats : [...seats, seatMap]]);
  },
  delta: ({ screening, epoch, fromVersion, version, salesOpen, changes }) =>
    encodeFrame([[ServerOp.delta, screening, epoch, fromVersion, version, salesOpen, packChanges(changes)]]),
  gone: (screening, code) => encodeFrame([[ServerOp.gone, screening, code]]),
};
