/**
 * One socket's side of the protocol: who it is, what it watches, what it has been answered. The session (the buyer)
 * outlives it; a new connection with the same token is the same buyer.
 *
 * Answers are collected and go out as one frame per socket and turn: the answers of one commit cost one system call
 * a socket, not one an answer. The backlog of a slow reader is bounded by the socket layer, which closes it; the
 * commands under way by `COMMANDS_UNDER_WAY_MAX`, above which they are answered "busy".
 */
import type { Answer, OutcomeCode } from '../actors/seat-outcome.ts';
import type { Asker } from '../workers/asker.ts';
import { answerMessage } from './answer-message.ts';
import type { Identity } from './identity.ts';
import type { MessageRate } from './message-rate.ts';
import { encodeFrame } from './protocol/codec.ts';
import type { ServerMessage } from './protocol/server-messages.ts';
import type { Watcher } from './seat-watch.ts';
import type { Socket } from './socket/socket-port.ts';

/** A buyer has ten seats and two thumbs; a kiosk pipelines a few more. */
export const COMMANDS_UNDER_WAY_MAX = 4096;

/** What all connections of a thread share. */
export interface ConnectionHost {
  /** The connection has answers to send; `flush` will be called at the end of the turn, or of the commit. */
  answersWaiting(connection: Connection): void;
  commandAnswered(): void;
  watchEnded(): void;
}

export class Connection implements Asker, Watcher {
  readonly rate: MessageRate;
  readonly address: string;
  /** Of the session's token, signed in or not; null until the hello. */
  buyer: string | null = null;
  /** Who signed in on the page that opened it, for whom it buys; null for an anonymous visitor. */
  identity: Identity | null = null;
  socket: Socket<Connection> | null = null;
  readonly watched = new Set<number>();
  /** Whether it stands in the count of its address. */
  isCounted = false;
  commandsUnderWay = 0;
  helloTimer: NodeJS.Timeout | null = null;
  readonly #host: ConnectionHost;
  #outgoing: ServerMessage[] = [];

  constructor(host: ConnectionHost, address: string, rate: MessageRate) {
    this.#host = host;
    this.address = address;
    this.rate = rate;
  }

  /** `tag`: the screening. */
  answered(tag: number, requestId: string, answer: Answer, version: number, nowMs: number): void {
    this.commandsUnderWay--;
    this.#host.commandAnswered();
    this.queue(answerMessage(requestId, answer, version, nowMs, tag));
  }

  /** An answer that no actor gave. */
  refuse(requestId: string, code: Exclude<OutcomeCode, 0>): void {
    this.queue(answerMessage(requestId, { code }, 0, 0, 0));
  }

  queue(message: ServerMessage): void {
    if (this.socket === null) return;
    if (this.#outgoing.push(message) === 1) this.#host.answersWaiting(this);
  }

  flush(): void {
    const messages = this.#outgoing;
    if (messages.length === 0) return;
    this.#outgoing = [];
    // 'dropped' needs no care here: the socket layer is closing the slow reader, who asks again after its reconnect.
    this.socket?.send(encodeFrame(messages));
  }

  sendFrame(frame: Uint8Array): void {
    // Answers that came before this frame go before it.
    this.flush();
    this.socket?.send(frame);
  }

  watchEnded(screening: number, frame: Uint8Array): void {
    if (this.watched.delete(screening)) this.#host.watchEnded();
    this.sendFrame(frame);
  }
}
