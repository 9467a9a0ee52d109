/**
 * One WebSocket of uWebSockets.js, as the gateway sees it: the only object of ours per connection, so that an idle one
 * stays cheap. It keeps the native `ws` exactly as long as touching it is allowed (afterwards every call would throw).
 *
 * Closing a socket that has a backlog is the delicate part. The library's own `end` writes the close frame and then FIN,
 * and what was still queued is lost, the close frame with it; its own limit (`closeOnBackpressureLimit`) cuts the
 * connection without a word. So a socket with a backlog lingers: dead for the gateway at once, its queue still
 * written, `end` called when the queue is empty, and cut off when `lingerMs` is over.
 */
import type { Lingering } from './uws-adapter.ts';
