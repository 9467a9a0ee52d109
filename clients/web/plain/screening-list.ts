/** The first page: what is on, by day, each screening one link. Every state is drawn: loading, nothing there, not reached. */
import { fetchScreenings, type Screening } from './catalogue.ts';
import { button, element } from './element.ts';
import type { Formats } from './formats.ts';
import type { Messages } from './messages.ts';

export class ScreeningList {
  readonly element: HTMLElement;
  readonly #messages: Messages;
  readonly #formats: Formats;
  readonly #days: HTMLElement;
  readonly #foot: HTMLElement;
  #lastDay = '';
  #isClosed = false;

  constructor(messages: Messages, formats: Formats) {
    this.#messages = messages;
    this.#formats = formats;
    this.#days = element('div', { class: 'days' });
    this.#foot = element('div', { class: 'foot' });
    this.element = element('section', { class: 'list' }, element('h1', {}, messages.listTitle), this.#days, this.#foot);
    void this.#load(null);
  }

  close(): void {
    this.#isClosed = true;
  }

  async #load(after: number | null): Promise<void> {
    const messages = this.#messages;
    this.#foot.replaceChildren(element('p', { class: 'quiet', role: 'status' }, messages.loading));
    try {
      const { screenings, next } = await fetchScreenings(after);
      if (this.#isClosed) return;
      for (const screening of screenings) this.#add(screening);
      const more = next === null ? [] : [button(messages.more, () => void this.#load(next))];
      this.#foot.replaceChildren(...more);
      if (this.#days.childElementCount === 0) this.#foot.replaceChildren(this.#empty());
    } catch {
      if (this.#isClosed) return;
      const again = button(messages.tryAgain, () => void this.#load(after));
      this.#foot.replaceChildren(element('p', { class: 'alert', role: 'alert' }, messages.listError), again);
    }
  }

  #empty(): HTMLElement {
    const { listEmpty, listEmptyHint } = this.#messages;
    return element(
      'div',
      { class: 'empty' },
      element('p', { class: 'large' }, listEmpty),
      element('p', {}, listEmptyHint),
    );
  }

  #add(screening: Screening): void {
    const day = this.#formats.day(screening);
    if (day !== this.#lastDay) {
      this.#lastDay = day;
      this.#days.append(element('h2', {}, day), element('ul', {}));
    }
    this.#days.lastElementChild?.append(this.#entry(screening));
  }

  #entry(screening: Screening): HTMLElement {
    const { id, title, cinema, auditorium, projection, priceCents, currency, seatCount } = screening;
    const language = this.#messages.languageOf(screening.language);
    const details = [projection, language, this.#messages.seatsInRoom(seatCount)].filter((text) => text !== '');
    return element(
      'li',
      {},
      element(
        'a',
        { class: 'screening', href: `#/${id}` },
        element('span', { class: 'time' }, this.#formats.time(screening)),
        element('span', { class: 'film' }, title),
        element('span', { class: 'where' }, `${cinema} · ${auditorium}`),
        element('span', { class: 'details' }, details.join(' · ')),
        element('span', { class: 'price' }, this.#messages.fullFrom(this.#formats.money(priceCents, currency))),
      ),
    );
  }
}
