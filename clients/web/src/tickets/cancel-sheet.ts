/**
 * Giving tickets back: which ones, how much comes back and how, and that it cannot be undone. One wish has one key, so that a
 * broken line and a second tap cancel nothing twice.
 */
import {
  ChangeDetectionStrategy,
  Component,
  computed,
  effect,
  inject,
  input,
  output,
  signal,
  untracked,
  viewChild,
} from '@angular/core';
import { ApiProblem } from '../../../sdk/api/http.ts';
import type { Order } from '../../../sdk/api/tickets-api.ts';
import { newRequestId } from '../../../sdk/request-id.ts';
import { platform } from '../../../sdk/surroundings.ts';
import { problemSentence } from '../account/problem-words.ts';
import { Sheet } from '../sheet/sheet.ts';
import { accountWords } from '../words/account.ts';
import { FormatsOfLanguage } from '../words/formats.ts';
import { LanguageChoice, useWords } from '../words/language.ts';
import { ticketsWords } from '../words/tickets.ts';
import { actionOutcome, areGivenBack, type OpenWish, wishAgain } from './action-outcome.ts';
import { OrderShelf } from './order-shelf.ts';
import { categoryTexts, refundCents } from './ticket-texts.ts';

export interface Cancelled {
  readonly order: Order;
  readonly count: number;
  /** What comes back. */
  readonly cents: number;
}

@Component({
  selector: 'poltrona-cancel-sheet',
  imports: [Sheet],
  changeDetection: ChangeDetectionStrategy.OnPush,
  templateUrl: './cancel-sheet.html',
  styleUrl: './cancel-sheet.css',
})
export class CancelSheet {
  readonly order = input.required<Order>();
  readonly cancelled = output<Cancelled>();
  readonly stale = output<void>();
  readonly closed = output<void>();

  readonly #shelf = inject(OrderShelf);
  readonly #language = inject(LanguageChoice).language;
  readonly #accountWords = useWords(accountWords);
  protected readonly words = useWords(ticketsWords);
  protected readonly formats = inject(FormatsOfLanguage).formats;
  protected readonly live = computed(() => this.order().tickets.filter(({ state }) => state === 'live'));
  readonly #chosenIds = signal<ReadonlySet<string>>(new Set());
  /** The only one there is has been chosen already. */
  protected readonly chosen = computed(() =>
    this.live().length === 1 ? this.live() : this.live().filter(({ id }) => this.#chosenIds().has(id)),
  );
  protected readonly cents = computed(() => refundCents(this.chosen()));
  protected readonly money = computed(() => this.formats().money(this.cents(), this.order().currency));
  protected readonly isAsking = signal(false);
  protected readonly problem = signal('');
  /** What was asked for, and nobody knows whether it was done. */
  readonly #unknown = signal<OpenWish | null>(null);
  private readonly sheetComponent = viewChild.required<Sheet>('sheet');

  constructor() {
    effect(() => {
      // The order was asked for again, and says that it was done.
      const [order, unknown] = [this.order(), this.#unknown()];
      if (unknown === null || this.isAsking() || !areGivenBack(order, unknown.tickets)) return;
      untracked(() => this.#done({ order, count: unknown.tickets.length, cents: unknown.cents }));
    });
  }

  protected isChosen(id: string): boolean {
    return this.chosen().some((ticket) => ticket.id === id);
  }

  protected choose(id: string, isChosen: boolean): void {
    const ids = new Set(this.#chosenIds());
    if (isChosen) ids.add(id);
    else ids.delete(id);
    this.#chooseAll(ids);
  }

  protected chooseAll(): void {
    this.#chooseAll(new Set(this.live().map(({ id }) => id)));
  }

  protected priceOf(ticket: Order['tickets'][number]): string {
    return this.formats().money(refundCents([ticket]), this.order().currency);
  }

  protected categoryOf(ticket: Order['tickets'][number]): string {
    return categoryTexts(ticket, this.words(), this.#language()).name;
  }

  protected async cancel(): Promise<void> {
    if (this.isAsking()) return;
    const [chosen, cents] = [this.chosen(), this.cents()];
    this.problem.set(chosen.length === 0 ? this.words().cancelNone : '');
    if (chosen.length === 0) return;
    const { id, access } = this.order();
    const tickets = chosen.map((ticket) => ticket.id);
    const wish = wishAgain(this.#shelf.openWishes.get(id), tickets, cents, wishKey);
    this.#shelf.openWishes.set(id, wish);
    this.isAsking.set(true);
    try {
      const order = await this.#shelf.api.cancel(id, { access, tickets, key: wish.key });
      this.#done({ order, count: chosen.length, cents });
    } catch (cause) {
      this.#failed(cause, id, wish);
    }
    this.isAsking.set(false);
  }

  #done(cancelled: Cancelled): void {
    this.#shelf.openWishes.delete(cancelled.order.id);
    this.#unknown.set(null);
    this.cancelled.emit(cancelled);
    this.sheetComponent().close();
  }

  /** The wish keeps its key unless it is refused: sent again, it is answered as it was, or done now. */
  #failed(cause: unknown, id: string, wish: OpenWish): void {
    const words = this.words();
    const known: Readonly<Record<string, string>> = words.cancelProblems;
    const outcome = actionOutcome(cause, Object.keys(known), wish.isUnknown);
    switch (outcome) {
      case 'refused':
        this.#shelf.openWishes.delete(id);
        this.#unknown.set(null);
        this.problem.set((cause instanceof ApiProblem ? known[cause.code] : undefined) ?? words.failedAction);
        break;
      case 'unchanged':
        this.problem.set(
          cause instanceof ApiProblem && cause.status === 429
            ? problemSentence(cause, this.#accountWords())
            : words.failedAction,
        );
        break;
      case 'unknown':
        this.#keepUnknown(id, { ...wish, isUnknown: true }, cause);
        this.problem.set(words.cancelUnknown);
        break;
    }
    if (outcome !== 'unchanged') this.stale.emit();
  }

  #keepUnknown(id: string, wish: OpenWish, cause: unknown): void {
    this.#unknown.set(wish);
    // The server knows this key as another request's: it will never be answered.
    const isSpent = cause instanceof ApiProblem && cause.status === 422;
    this.#shelf.openWishes.set(id, isSpent ? { ...wish, key: wishKey() } : wish);
  }

  #chooseAll(ids: ReadonlySet<string>): void {
    this.#chosenIds.set(ids);
    this.problem.set('');
  }
}

function wishKey(): string {
  return newRequestId((bytes) => platform.randomBytes(bytes));
}
