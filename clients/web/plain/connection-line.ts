/** One line about the connection: nothing while all is well, what is wrong and what can be done about it otherwise. */
import type { ConnectionState, Session } from '../../sdk/index.ts';
import { button } from './element.ts';
import type { Messages } from './messages.ts';

/** Good news goes away by itself. */
const RECOVERED_MS = 4_000;
/** A first connection that takes no longer is not worth a word. */
const PATIENCE_MS = 800;

export class ConnectionLine {
  readonly #line: HTMLElement;
  readonly #messages: Messages;
  #timer: number | null = null;
  #wasOpen = false;
  #wasLost = false;

  constructor(line: HTMLElement, messages: Messages) {
    this.#line = line;
    this.#messages = messages;
  }

  show(state: ConnectionState, session: Session): void {
    const messages = this.#messages;
    switch (state.is) {
      case 'connecting':
        if (this.#wasLost) this.#say('lost', messages.connectionLost(0));
        else if (!this.#wasOpen) this.#later(() => this.#say('lost', messages.connecting), PATIENCE_MS);
        return;
      case 'open':
        this.#stop();
        this.#line.hidden = true;
        if (this.#wasLost) {
          this.#say('back', messages.connectionBack);
          this.#later(() => {
            this.#line.hidden = true;
          }, RECOVERED_MS);
        }
        this.#wasOpen = true;
        this.#wasLost = false;
        return;
      case 'waiting': {
        this.#wasLost = true;
        const count = (): void => {
          const seconds = Math.ceil((state.untilMs - performance.now()) / 1000);
          this.#say(
            'lost',
            messages.connectionLost(seconds),
            button(messages.tryNow, () => session.nudge()),
          );
          if (seconds > 0) this.#later(count, 1_000);
        };
        count();
        return;
      }
      case 'closed':
        if (state.reason === 'asked') return;
        this.#say(
          'lost',
          messages.connectionOver,
          button(messages.reload, () => location.reload()),
        );
    }
  }

  #say(mood: 'lost' | 'back', text: string, action?: HTMLElement): void {
    this.#stop();
    this.#line.hidden = false;
    this.#line.dataset['mood'] = mood;
    this.#line.replaceChildren(text, ...(action === undefined ? [] : [' ', action]));
  }

  #later(run: () => void, ms: number): void {
    this.#stop();
    this.#timer = window.setTimeout(run, ms);
  }

  #stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }
}
