/** One line about the connection: nothing while all is well, else what is wrong and what it means, calmly. */
import {
  ChangeDetectionStrategy,
  Component,
  computed,
  DestroyRef,
  effect,
  inject,
  signal,
  untracked,
} from '@angular/core';
import { Server } from '../server/server.ts';
import { useWords } from '../words/language.ts';
import { roomWords } from '../words/room.ts';
import { LiveRoom } from './live-room.ts';
import { MyHold } from './my-hold.ts';

/** Good news goes away by itself. */
const RECOVERED_MS = 4_000;
/** A connection that takes no longer is not worth a word. */
const PATIENCE_MS = 900;

type Mood = 'well' | 'waking' | 'lost' | 'stale' | 'recovered' | 'outdated';

@Component({
  selector: 'poltrona-connection-note',
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    @if (text(); as text) {
      <p class="note" [class.bad]="mood() === 'outdated'" [class.good]="mood() === 'recovered'">
        <span role="status">{{ text }}</span>
        @if (mood() === 'lost') {
          <button type="button" class="button" (click)="tryNow()">{{ words().tryNow }}</button>
        }
        @if (mood() === 'outdated') {
          <button type="button" class="button" (click)="reload()">{{ words().reload }}</button>
        }
      </p>
    }
  `,
  styles: `
    :host {
      display: contents;
    }
    /* Over the map, which must not jump under a finger. */
    .note {
      position: absolute;
      inset: var(--space-2) calc(var(--edge) / 2) auto;
      box-shadow: 0 0 0 1px var(--line);
      z-index: 1;
      display: flex;
      align-items: center;
      justify-content: space-between;
      gap: var(--space-3);
      font-size: var(--text-s);
    }
    .button {
      flex: none;
    }
  `,
})
export class ConnectionNote {
  protected readonly words = useWords(roomWords);
  readonly #server = inject(Server);
  readonly #live = inject(LiveRoom);
  readonly #myHold = inject(MyHold);
  protected readonly mood = signal<Mood>('well');
  protected readonly text = computed(() => {
    const { connecting, lost, lostYours, stale, recovered, outdated } = this.words();
    const how = this.#myHold.hold() === null ? lost : lostYours;
    return { well: '', waking: connecting, lost: how, stale, recovered, outdated }[this.mood()];
  });
  /** The device says that it has no network: a socket may seem open for half a minute more. */
  readonly #isOffline = signal(!navigator.onLine);
  #timer = 0;
  /** The map was live once, and is so no more. */
  #wasCurrent = false;

  constructor() {
    effect(() => {
      const state = this.#server.connection();
      const isOffline = this.#isOffline();
      const isCurrent = this.#live.isCurrent() && !isOffline;
      const is = isOffline && state?.is !== 'closed' ? 'waiting' : (state?.is ?? 'connecting');
      untracked(() => this.#look(is, isCurrent, state?.is === 'closed' && state.reason !== 'asked'));
    });
    const turned = (): void => this.#isOffline.set(!navigator.onLine);
    addEventListener('offline', turned);
    addEventListener('online', turned);
    inject(DestroyRef).onDestroy(() => {
      clearTimeout(this.#timer);
      removeEventListener('offline', turned);
      removeEventListener('online', turned);
    });
  }

  protected tryNow(): void {
    void this.#server.session().then((session) => session.nudge());
  }

  protected reload(): void {
    location.reload();
  }

  #look(is: 'connecting' | 'open' | 'waiting' | 'closed', isCurrent: boolean, isOutdated: boolean): void {
    clearTimeout(this.#timer);
    if (isOutdated) this.mood.set('outdated');
    else if (isCurrent) {
      const isNews = this.mood() === 'lost' || this.mood() === 'stale';
      this.#wasCurrent = true;
      this.mood.set(isNews ? 'recovered' : 'well');
      if (isNews) this.#later(() => this.mood.set('well'), RECOVERED_MS);
    } else if (is === 'waiting') this.mood.set('lost');
    else if (this.mood() !== 'lost') {
      this.#later(() => this.mood.set(this.#wasCurrent ? 'stale' : 'waking'), PATIENCE_MS);
    }
  }

  #later(run: () => void, ms: number): void {
    this.#timer = setTimeout(run, ms) as unknown as number;
  }
}
