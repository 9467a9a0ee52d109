/** Somebody who buys in a browser: the steps of a purchase, by what is to be read and touched, each ended by what it leads to. */
import type { TestContext } from 'node:test';
import type { Locator } from 'playwright-core';
import { type Visitor, type VisitorOptions, visitor } from './browser.ts';
import { SHOP_WORDS, type ShopWords } from './shop-words.ts';

/** CPFs with good check digits that nobody has asked for. */
export const CPFS = ['52998224725', '11144477735', '39053344705', '86288366757', '15350946056'] as const;

export type Card = keyof ShopWords['cards'];

export class Buyer {
  readonly visitor: Visitor;
  readonly words: ShopWords;

  constructor(someone: Visitor, words: ShopWords) {
    this.visitor = someone;
    this.words = words;
  }

  get page() {
    return this.visitor.page;
  }

  /** The map of a screening, live. */
  async open(screening: number): Promise<void> {
    await this.page.goto(`/screenings/${screening}`);
    await this.page.getByRole('grid').waitFor();
    await this.page.getByRole('gridcell').first().waitFor({ state: 'attached' });
    await this.isLive();
  }

  /** The map follows the room, and takes wishes. */
  isLive(): Promise<void> {
    return this.visitor.until(`document.querySelector('poltrona-seat-map .floor:not(.still)') !== null`);
  }

  /** A seat by its label: "B5". Its name tells its state. */
  seat(label: string): Locator {
    const [, row = '', number = ''] = /^([A-Z]+)(\d+)$/.exec(label) ?? [];
    return this.page.getByRole('gridcell', { name: this.words.seat(row, Number(number)) });
  }

  /** Touches seats on the map; resolves when they are this buyer's. */
  async take(...labels: readonly string[]): Promise<void> {
    for (const label of labels) {
      await this.touch(label);
      await this.isMine(label);
    }
  }

  /** A finger or a click at a seat's place. The map is a picture: the seat's own element lies over it. */
  async touch(label: string): Promise<void> {
    await this.seat(label).click({ force: true });
  }

  isMine(label: string): Promise<void> {
    return this.panel(label).waitFor();
  }

  /** The seat in the list of those that are this buyer's. */
  panel(label: string): Locator {
    return this.page.getByRole('button', { name: new RegExp(`\\b${label}, R\\$`) });
  }

  async toCheckout(): Promise<void> {
    await this.page.getByRole('button', { name: this.words.continue }).click();
    await this.page.getByRole('heading', { level: 1, name: this.words.checkout }).waitFor();
    await this.payButton().waitFor();
  }

  payButton(): Locator {
    return this.page.getByRole('button', { name: this.words.pay });
  }

  async tells(email: string, cpf: string = CPFS[0]): Promise<void> {
    await this.page.getByLabel(this.words.email, { exact: true }).fill(email);
    await this.page.getByLabel(this.words.cpf, { exact: true }).fill(cpf);
  }

  async chooses(card: Card): Promise<void> {
    await this.page.getByRole('radio', { name: this.words.cards[card] }).check({ force: true });
  }

  async pay(card: Card = 'approved'): Promise<void> {
    await this.chooses(card);
    await this.payButton().click();
  }

  /** The page of a purchase that went well; resolves with the order's id. */
  async done(): Promise<string> {
    await this.page.getByRole('heading', { level: 1, name: this.words.done }).waitFor();
    return /\/orders\/([^/?#]+)/.exec(this.page.url())?.[1] ?? '';
  }

  /** From the page of the purchase to the tickets, QR drawn. */
  async toTickets(): Promise<void> {
    await this.page.getByRole('link', { name: this.words.openTickets }).click();
    await this.qr().waitFor();
  }

  /** The first code, or that of one seat. */
  qr(seat?: string): Locator {
    if (seat !== undefined) return this.page.getByRole('img', { name: this.words.qr(seat) });
    return this.page.getByRole('img', { name: new RegExp(`^${this.words.qr('')}`) }).first();
  }

  /** From the map to the order, as a guest. */
  async buys(screening: number, seats: readonly string[], email: string, cpf: string = CPFS[0]): Promise<string> {
    await this.open(screening);
    await this.take(...seats);
    await this.toCheckout();
    await this.tells(email, cpf);
    await this.pay();
    return this.done();
  }
}

/** A visitor who buys, in his language. */
export async function buyer(t: TestContext, options: VisitorOptions): Promise<Buyer> {
  return new Buyer(await visitor(t, options), SHOP_WORDS[options.language ?? 'pt-BR']);
}
