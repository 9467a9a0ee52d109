/** The client's writing side: requests to frames. Its reading side is server-frame.ts. */
import type { ClientRequest } from './client-messages.ts';
import { MsgpackWriter, type Writable } from './msgpack-writer.ts';
import { ClientOp } from './opcodes.ts';

const writer = new MsgpackWriter();

/** One frame of 1 to MESSAGES_PER_FRAME_MAX messages. @throws TypeError when a field cannot be sent. */
export function encodeClientFrame(requests: readonly ClientRequest[]): Uint8Array {
  writer.begin(requests.length);
  for (const request of requests) writer.value(fieldsOf(request));
  return writer.take();
}

function fieldsOf(request: ClientRequest): readonly Writable[] {
  const { op } = request;
  switch (op) {
    case ClientOp.hello:
      return [op, request.token, request.clientName];
    case ClientOp.watch:
      return [op, request.screening, request.epoch, request.version];
    case ClientOp.unwatch:
    case ClientOp.mine:
      return [op, request.screening];
    case ClientOp.hold:
      if (request.seatMap === undefined) return [op, request.requestId, request.screening, request.seats, request.hold];
      return [op, request.requestId, request.screening, request.seats, request.hold, request.seatMap];
    case ClientOp.release:
      return [op, request.requestId, request.screening, request.hold, request.seats];
    case ClientOp.extend:
      return [op, request.requestId, request.screening, request.hold];
    case ClientOp.bestAvailable:
      return [op, request.requestId, request.screening, request.count, request.accessible];
    case ClientOp.buy: {
      const { requestId, screening, hold, seats, method, detail, expectedCents } = request;
      const fields = [op, requestId, screening, hold, seats as readonly (readonly number[])[], [method, detail]];
      return expectedCents === undefined ? fields : [...fields, expectedCents];
    }
    case ClientOp.ping:
      return [op, request.nonce];
  }
}
