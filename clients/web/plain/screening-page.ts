/** One screening: its room, live; what is mine; buying it. Brings map, panel and session together. */
import { OutcomeCode, type Seats, type SeatsEvent, type Session, type Watch } from '../../sdk/index.ts';
import { CatalogueError, fetchRoom, type Room } from './catalogue.ts';
import { button, element } from './element.ts';
import type { Formats } from './formats.ts';
import { legend } from './legend.ts';
import type { Messages } from './messages.ts';
import { MySeats, type Said } from './my-seats.ts';
import { PurchasePanel } from './purchase-panel.ts';
import type { SeatLook } from './seat-drawing.ts';
import { SeatMap } from './seat-map.ts';

export interface PagePorts {
  readonly session: Session;
  readonly messages: Messages;
  readonly formats: Formats;
  announce(text: string): void;
}

type Mood = 'good' | 'bad' | 'plain';

const LOOK_OF_STATUS = ['free', 'held', 'sold', 'blocked'] as const;

export class ScreeningPage {
  readonly element: HTMLElement;
  readonly #screening: number;
  readonly #ports: PagePorts;
  readonly #mine: MySeats;
  #room: Room | null = null;
  #map: SeatMap | null = null;
  #panel: PurchasePanel | null = null;
  #watch: Watch | null = null;
  #seats: Seats | null = null;
  #isStale = true;
  readonly #said = element('p', { class: 'said', hidden: true });
  readonly #stale = element('p', { class: 'stale', hidden: true });
  /** The room could not be loaded: with the connection it may. */
  #hasFailed = false;
  #isClosed = false;

  constructor(screening: number, ports: PagePorts) {
    this.#screening = screening;
    this.#ports = ports;
    this.#mine = new MySeats(ports.session, screening, {
      changed: () => this.#drawn(),
      said: (said) => this.#tell(said),
    });
    this.element = element('section', { class: 'screening-page' });
    void this.#load();
  }

  /** The connection stands (again): look up what is mine. */
  connected(isOpen: boolean): void {
    this.#panel?.setConnected(isOpen);
    if (!isOpen) return;
    if (this.#room !== null) this.#mine.refresh();
    else if (this.#hasFailed) void this.#load();
  }

  close(): void {
    this.#isClosed = true;
    this.#watch?.stop();
    this.#mine.close();
    this.#map?.close();
    this.#panel?.close();
  }

  async #load(): Promise<void> {
    const { messages } = this.#ports;
    this.#hasFailed = false;
    this.element.replaceChildren(element('p', { class: 'quiet wait', role: 'status' }, messages.loading));
    try {
      const room = await fetchRoom(this.#screening);
      if (!this.#isClosed) this.#show(room);
    } catch (cause) {
      if (this.#isClosed) return;
      const isUnknown = cause instanceof CatalogueError && cause.status === 404;
      this.#hasFailed = !isUnknown;
      this.#alert(isUnknown ? messages.roomUnknown : messages.roomError, !isUnknown);
    }
  }

  #alert(text: string, mayTryAgain: boolean): void {
    const { messages } = this.#ports;
    const again = mayTryAgain ? button(messages.tryAgain, () => void this.#load()) : null;
    const back = element('a', { href: '#/' }, messages.back);
    this.element.replaceChildren(
      element('div', { class: 'empty' }, element('p', { class: 'large', role: 'alert' }, text), again, back),
    );
  }

  #show(room: Room): void {
    const { messages, formats, session, announce } = this.#ports;
    const { screening } = room;
    this.#room = room;
    this.#map = new SeatMap(room, messages, {
      lookOf: (seat) => this.#lookOf(seat),
      choose: (seat) => this.#choose(seat),
      reached: (seat) => announce(this.#spoken(seat)),
    });
    const labelOf = (seat: number): string => this.#labelOf(seat);
    this.#mine.seatMap = room.seatMap;
    const fullCents = (seat: number): number => room.seats[seat]?.priceCents ?? screening.priceCents;
    this.#panel = new PurchasePanel(this.#mine, { screening, messages, formats, labelOf, fullCents, announce });
    this.#panel.setConnected(session.state.is === 'open');
    const { title, cinema, auditorium, projection } = screening;
    const language = messages.languageOf(screening.language);
    const when = `${formats.day(screening)}, ${formats.time(screening)}`;
    const where = [cinema, auditorium, projection, language].filter((text) => text !== '').join(' · ');
    this.element.replaceChildren(
      element(
        'header',
        { class: 'heading' },
        element('a', { class: 'back', href: '#/' }, `‹ ${messages.back}`),
        element('h1', {}, title),
        element('p', {}, element('span', { class: 'when' }, when), ` · ${where}`),
      ),
      element(
        'div',
        { class: 'map-column' },
        element('div', { class: 'room' }, this.#map.element, this.#stale),
        element('div', { class: 'map-foot' }, legend(room.seats, messages), this.#map.zooms),
      ),
      element('div', { class: 'panel-column' }, this.#said, this.#panel.element),
    );
    this.#watch = session.watch(screening.id, (event) => this.#seatsEvent(event));
    this.#mine.refresh();
  }

  #seatsEvent(event: SeatsEvent): void {
    const { messages, announce, formats } = this.#ports;
    switch (event.is) {
      case 'snapshot': {
        if (event.seats.seatMap !== 0 && event.seats.seatMap !== this.#room?.seatMap) {
          this.#roomChanged();
          return;
        }
        const isFirst = this.#seats === null;
        this.#seats = event.seats;
        this.#isStale = false;
        if (isFirst) announce(`${formats.day(this.#room!.screening)}. ${messages.freeSeats(this.#freeSeats())}`);
        break;
      }
      case 'changed':
        // What my own command changes needs no light.
        if (!this.#mine.isWorking) this.#map?.glow(event.changed.filter((seat) => !this.#mine.isMine(seat)));
        break;
      case 'stale':
        this.#isStale = true;
        break;
      case 'gone':
        this.close();
        this.#alert(messages.roomUnknown, false);
        return;
    }
    this.#panel?.setSalesOpen(this.#seats?.salesOpen ?? true);
    this.#drawn();
  }

  /** The room has another layout now, on which seat numbers mean other chairs. Nobody had one: it changes only then. */
  #roomChanged(): void {
    this.#watch?.stop();
    this.#map?.close();
    this.#panel?.close();
    this.#seats = null;
    void this.#load();
  }

  #drawn(): void {
    this.#stale.hidden = !this.#isStale || this.#seats === null;
    this.#stale.textContent = this.#ports.messages.stale;
    this.#map?.element.classList.toggle('is-stale', this.#isStale);
    this.#map?.draw();
    this.#panel?.draw();
  }

  #choose(seat: number): void {
    const { messages } = this.#ports;
    const mine = this.#mine;
    const look = this.#lookOf(seat);
    if (mine.hold?.isPaying || mine.isBuying) return;
    if (look === 'free' || mine.seats.includes(seat)) {
      if (!this.#isStale) mine.toggle(seat);
      else this.#say(messages.stale, 'bad');
      return;
    }
    if (look === 'asked' || look === 'unknown') return;
    this.#say(`${this.#labelOf(seat)}: ${messages.states[look]}.`, 'plain');
  }

  #lookOf(seat: number): SeatLook {
    if (this.#mine.isAsked(seat)) return 'asked';
    if (this.#mine.isMine(seat)) return 'mine';
    if (this.#seats === null) return 'unknown';
    return LOOK_OF_STATUS[this.#seats.status[seat] ?? 3] ?? 'blocked';
  }

  #labelOf(seat: number): string {
    return this.#room?.seats[seat]?.label ?? String(seat);
  }

  #spoken(seat: number): string {
    const { messages, formats } = this.#ports;
    const room = this.#room!;
    const found = room.seats[seat];
    if (found === undefined) return '';
    const kind = messages.kinds[found.kind] ?? '';
    const state = messages.states[this.#lookOf(seat)];
    const row = room.rowLabels[found.row] ?? '';
    const price = formats.money(found.priceCents, room.screening.currency);
    return messages.seatSpoken(row, found.label, kind === '' ? state : `${kind}, ${state}`, price);
  }

  #freeSeats(): number {
    return this.#seats?.status.reduce((sum, status) => sum + (status === 0 ? 1 : 0), 0) ?? 0;
  }

  #tell(said: Said): void {
    if (said.is === 'refused' && (said.code === OutcomeCode.seatHeld || said.code === OutcomeCode.seatSold)) {
      this.#map?.glow(said.seats);
    }
    const [text, mood] = this.#wordsFor(said);
    this.#say(text, mood);
  }

  #wordsFor(said: Said): readonly [text: string, mood: Mood] {
    const { messages, formats } = this.#ports;
    const labels = (seats: readonly number[]): string => formats.labels(seats.map((seat) => this.#labelOf(seat)));
    switch (said.is) {
      case 'held':
        return [messages.held(labels(said.seats)), 'good'];
      case 'released':
        return [messages.released(labels(said.seats)), 'plain'];
      case 'time-up':
        return [messages.timeUp(labels(said.seats)), 'bad'];
      case 'more-time':
        return [messages.moreTimeGiven, 'good'];
      case 'bought':
        return [messages.bought(said.tickets), 'good'];
      case 'refused':
        return [messages.refused(said.code, labels(said.seats)), 'bad'];
      case 'failed':
        if (said.tooMany) return [messages.tooFast, 'bad'];
        return [said.mayHaveHappened ? messages.noAnswerUnknown : messages.noAnswer, 'bad'];
    }
  }

  /** On the page, and into the live region. */
  #say(text: string, mood: Mood): void {
    this.#said.hidden = false;
    this.#said.dataset['mood'] = mood;
    this.#said.textContent = text;
    this.#ports.announce(text);
  }
}
