/**
 * The server's writing side: messages to frames. One writer for the whole thread; each frame is a copy that belongs
 * to the caller, so that the same bytes can go to a thousand watchers.
 */
import { MsgpackWriter } from './msgpack-writer.ts';
import type { ServerMessage } from './server-messages.ts';

const writer = new MsgpackWriter();

/** One frame that holds all these messages, in order. @throws TypeError when a field cannot be sent (a bug of the caller). */
export function encodeFrame(messages: readonly ServerMessage[]): Uint8Array {
  writer.begin(messages.length);
  for (let i = 0; i < messages.length; i++) writer.value(messages[i]!);
  return writer.take();
}
