/** Beside the map: choose for me, what I have, how long, what it costs, buy; and below, the tickets. */
import type { Screening } from './catalogue.ts';
import { button, element } from './element.ts';
import type { Formats } from './formats.ts';
import type { Messages } from './messages.ts';
import type { MySeats } from './my-seats.ts';
import { ticketList } from './ticket-list.ts';

const COUNTS = [1, 2, 3, 4, 5, 6] as const;
const TYPES = [1, 2, 3] as const;
/** From here on the clock is shown as urgent, and spoken. */
const LAST_MINUTE_MS = 60_000;

export interface PanelPorts {
  readonly screening: Screening;
  readonly messages: Messages;
  readonly formats: Formats;
  labelOf(seat: number): string;
  /** Of a full ticket. */
  fullCents(seat: number): number;
  /** Into the live region. */
  announce(text: string): void;
}

export class PurchasePanel {
  readonly element: HTMLElement;
  readonly #ports: PanelPorts;
  readonly #mine: MySeats;
  readonly #body: HTMLElement;
  readonly #clock: HTMLElement;
  readonly #tick: number;
  #count = 2;
  #isSalesOpen = true;
  #isConnected = false;
  #detail: 'approved' | 'declined' = 'approved';
  #spokenMinutes = Number.POSITIVE_INFINITY;
  /** What was drawn last; a panel that is the same keeps its focus. */
  #drawn = '';

  constructor(mine: MySeats, ports: PanelPorts) {
    this.#mine = mine;
    this.#ports = ports;
    this.#clock = element('p', { class: 'clock', role: 'timer' });
    this.#body = element('div', { class: 'panel-body' });
    this.element = element('section', { class: 'panel' }, this.#clock, this.#body);
    this.#tick = window.setInterval(() => this.#time(), 250);
    this.draw();
  }

  setSalesOpen(isOpen: boolean): void {
    this.#isSalesOpen = isOpen;
    this.draw();
  }

  setConnected(isConnected: boolean): void {
    this.#isConnected = isConnected;
    this.draw();
  }

  close(): void {
    clearInterval(this.#tick);
  }

  draw(): void {
    const mine = this.#mine;
    this.#time();
    const types = mine.seats.map((seat) => mine.typeOf(seat));
    const flags = [
      this.#count,
      this.#isSalesOpen,
      this.#isConnected,
      this.#detail,
      mine.isWorking,
      mine.isBuying,
      mine.mayExtend,
    ];
    const drawn = JSON.stringify([flags, mine.seats, types, mine.hold?.isPaying, mine.lapsed, mine.orders]);
    if (drawn === this.#drawn) return;
    this.#drawn = drawn;
    const focused = document.activeElement instanceof HTMLElement ? document.activeElement.dataset['name'] : undefined;
    this.#body.replaceChildren(
      ...this.#choosing(),
      ...(mine.hold === null ? [] : this.#holding(mine.hold.isPaying)),
      ...ticketList(mine.orders, this.#ports),
    );
    // The same control under the finger or the keyboard as before.
    if (focused !== undefined) this.#body.querySelector<HTMLElement>(`[data-name="${focused}"]`)?.focus();
  }

  #choosing(): HTMLElement[] {
    const { messages, formats, labelOf } = this.#ports;
    const mine = this.#mine;
    if (!this.#isSalesOpen) return [element('p', { class: 'alert' }, messages.salesClosed)];
    const counts = COUNTS.map((count) =>
      element('option', { value: count, selected: count === this.#count }, String(count)),
    );
    const select = element(
      'select',
      {
        'aria-label': messages.countLabel,
        'data-name': 'count',
        onchange: () => {
          this.#count = Number(select.value);
          this.draw();
        },
      },
      ...counts,
    );
    const best = button(
      mine.isWorking && !mine.isBuying ? messages.choosing : messages.best(this.#count),
      () => mine.takeBest(this.#count),
      { class: mine.hold === null ? 'main' : '', disabled: !this.#mayAct(), 'data-name': 'best' },
    );
    const rows: HTMLElement[] = [element('div', { class: 'choose' }, select, best)];
    if (mine.lapsed.length > 0) {
      const labels = formats.labels(mine.lapsed.map(labelOf));
      const again = button(messages.takeAgain, () => mine.take(mine.lapsed), {
        disabled: !this.#mayAct(),
        'data-name': 'again',
      });
      rows.unshift(element('div', { class: 'alert' }, element('p', {}, messages.timeUp(labels)), again));
    } else if (mine.hold === null && mine.orders.length === 0) {
      rows.push(element('p', { class: 'quiet' }, messages.nothingChosen));
    }
    return rows;
  }

  #holding(isPaying: boolean): HTMLElement[] {
    const { messages, formats, screening } = this.#ports;
    const mine = this.#mine;
    const total = mine.seats.reduce((sum, seat) => sum + this.#priceOf(seat), 0);
    const price = formats.money(total, screening.currency);
    const title = element('h2', {}, messages.yourSeats(mine.seats.length));
    const seats = element('ul', { class: 'seats' }, ...mine.seats.map((seat) => this.#seatRow(seat, isPaying)));
    if (isPaying) return [title, seats, element('p', { class: 'alert' }, messages.paymentRunning)];
    const away = button(messages.giveAllBack, () => mine.release(mine.seats), {
      disabled: !this.#mayAct(),
      'data-name': 'all-back',
    });
    const more = button(messages.moreTime, () => mine.extend(), {
      disabled: !this.#mayAct(),
      'data-name': 'more-time',
    });
    return [
      title,
      seats,
      element('div', { class: 'asides' }, away, mine.mayExtend ? more : null),
      element('p', { class: 'total' }, element('span', {}, messages.total), element('strong', {}, price)),
      this.#payment(price),
    ];
  }

  #seatRow(seat: number, isPaying: boolean): HTMLElement {
    const { messages, formats, screening, labelOf } = this.#ports;
    const mine = this.#mine;
    const label = labelOf(seat);
    const chosen = mine.typeOf(seat);
    const select = element(
      'select',
      {
        'aria-label': messages.ticketTypeOf(label),
        'data-name': `type-${seat}`,
        disabled: isPaying || mine.isBuying,
        onchange: () => mine.setType(seat, Number(select.value)),
      },
      ...TYPES.map((type) => element('option', { value: type, selected: type === chosen }, messages.ticketTypes[type])),
    );
    const back = button('×', () => mine.release([seat]), {
      class: 'back-one',
      'aria-label': messages.giveBack(label),
      title: messages.giveBack(label),
      'data-name': `back-${seat}`,
      disabled: isPaying || !this.#mayAct() || mine.isAsked(seat),
    });
    return element(
      'li',
      {},
      element('strong', {}, label),
      select,
      element('span', { class: 'price' }, formats.money(this.#priceOf(seat), screening.currency)),
      back,
    );
  }

  #payment(price: string): HTMLElement {
    const { messages } = this.#ports;
    const mine = this.#mine;
    const results = [
      ['approved', messages.sandboxApproved],
      ['declined', messages.sandboxDeclined],
    ] as const;
    const select = element(
      'select',
      {
        'data-name': 'detail',
        onchange: () => {
          this.#detail = select.value === 'declined' ? 'declined' : 'approved';
        },
      },
      ...results.map(([value, text]) => element('option', { value, selected: value === this.#detail }, text)),
    );
    const buy = button(mine.isBuying ? messages.buying : messages.buy(price), () => mine.buy(this.#detail), {
      class: 'main',
      disabled: !this.#mayAct(),
      'data-name': 'buy',
    });
    return element(
      'div',
      { class: 'sandbox' },
      element('p', {}, messages.sandbox),
      element('label', {}, `${messages.sandboxResult} `, select),
      buy,
    );
  }

  #mayAct(): boolean {
    return this.#isConnected && !this.#mine.isWorking;
  }

  /** What the server will charge, as far as it can be known here; its answer says what it did charge. */
  #priceOf(seat: number): number {
    const fullCents = this.#ports.fullCents(seat);
    return this.#mine.typeOf(seat) === 1 ? fullCents : Math.floor(fullCents / 2);
  }

  #time(): void {
    const { messages, formats, announce } = this.#ports;
    const hold = this.#mine.hold;
    this.#clock.hidden = hold === null || hold.isPaying;
    if (hold === null || hold.isPaying) {
      this.#spokenMinutes = Number.POSITIVE_INFINITY;
      return;
    }
    const msLeft = hold.endsAtMs - performance.now();
    if (msLeft <= 0) {
      this.#mine.timeIsUp();
      return;
    }
    this.#clock.textContent = messages.timeLeft(formats.clock(msLeft));
    this.#clock.classList.toggle('urgent', msLeft <= LAST_MINUTE_MS);
    // Spoken rarely: a clock that is read out every second is a torment.
    const minutes = Math.ceil(msLeft / 60_000);
    if (
      minutes < this.#spokenMinutes &&
      (minutes === 1 || minutes === 3) &&
      this.#spokenMinutes !== Number.POSITIVE_INFINITY
    ) {
      announce(messages.minutesLeft(minutes));
    }
    this.#spokenMinutes = minutes;
  }
}
