/**
 * What the links in messages open: confirm an address, choose a password. Nothing happens before the button is pressed, because
 * mail programs open links to look at them. The token stands behind the # of the address and is taken out of it at once.
 *
 * To confirm takes the password as well: with it the account is the one that this person opened, and not somebody else's with
 * this address.
 */
import { ChangeDetectionStrategy, Component, computed, effect, inject, input, signal, viewChild } from '@angular/core';
import { Title } from '@angular/platform-browser';
import { RouterLink } from '@angular/router';
import { AccountApi } from '../../../sdk/api/account-api.ts';
import { ApiProblem } from '../../../sdk/api/http.ts';
import { PasswordField } from '../fields/password-field.ts';
import { Server } from '../server/server.ts';
import { OrderShelf } from '../tickets/order-shelf.ts';
import { accountWords } from '../words/account.ts';
import { useWords } from '../words/language.ts';
import { takeFromAddress } from './address-token.ts';
import { whenLinkOpened } from './opened-link.ts';
import { passwordFault } from './password-faults.ts';
import { fieldSentences, problemSentence } from './problem-words.ts';
import { WhoIsHere } from './who.ts';

export type LinkPurpose = 'confirm-email' | 'reset-password' | 'staff-invitation';

@Component({
  selector: 'poltrona-link',
  imports: [PasswordField, RouterLink],
  changeDetection: ChangeDetectionStrategy.OnPush,
  templateUrl: './link-page.html',
  styleUrl: './account-form.css',
})
export class LinkPage {
  /** Of the route. */
  readonly purpose = input.required<LinkPurpose>();

  readonly #api = new AccountApi(inject(Server).api);
  readonly #who = inject(WhoIsHere);
  readonly #shelf = inject(OrderShelf);
  readonly #token = signal(takeFromAddress('token'));
  protected readonly words = useWords(accountWords);
  protected readonly state = signal<'asked' | 'over' | 'done'>('asked');
  protected readonly isComplete = computed(() => this.#token() !== '');
  protected readonly password = signal('');
  readonly #isChecked = signal(false);
  readonly #refused = signal('');
  protected readonly isNew = computed(() => this.purpose() !== 'confirm-email');
  protected readonly passwordProblem = computed(() => {
    if (this.#refused() !== '') return this.#refused();
    if (!this.#isChecked()) return '';
    if (!this.isNew()) return this.password() === '' ? this.words().passwordMissing : '';
    const fault = passwordFault(this.password());
    return fault === null ? '' : this.words().passwordFaults[fault];
  });
  protected readonly isAsking = signal(false);
  protected readonly problem = signal('');
  protected readonly texts = computed(() => {
    const words = this.words();
    switch (this.purpose()) {
      case 'confirm-email':
        return {
          title: words.confirmTitle,
          text: words.confirmText,
          button: words.confirmButton,
          done: words.confirmed,
          over: words.linkOverConfirm,
        };
      case 'reset-password':
        return {
          title: words.resetTitle,
          text: words.resetText,
          button: words.resetButton,
          done: words.resetDone,
          over: '',
        };
      case 'staff-invitation':
        return {
          title: words.welcomeTitle,
          text: words.welcomeText,
          button: words.resetButton,
          done: words.welcomeDone,
          over: words.linkOverWelcome,
        };
    }
  });
  private readonly passwordField = viewChild<PasswordField>('passwordField');

  constructor() {
    const title = inject(Title);
    effect(() => title.setTitle(`${this.texts().title} · Poltrona`));
    // Another link in the same tab.
    whenLinkOpened('token', (token) => this.#opened(token));
  }

  #opened(token: string): void {
    this.#token.set(token);
    this.state.set('asked');
    this.problem.set('');
  }

  protected changed(): void {
    this.#refused.set('');
  }

  protected async send(event: Event): Promise<void> {
    event.preventDefault();
    if (this.isAsking()) return;
    this.#isChecked.set(true);
    this.#refused.set('');
    this.problem.set('');
    if (this.passwordProblem() !== '') return this.passwordField()?.focus();
    this.isAsking.set(true);
    try {
      await this.#use();
      this.password.set('');
      this.state.set('done');
    } catch (cause) {
      this.#refuse(cause);
    }
    this.isAsking.set(false);
  }

  async #use(): Promise<void> {
    if (!this.isNew()) return this.#api.confirm(this.#token(), this.password());
    await this.#api.resetPassword(this.#token(), this.password());
    // All sessions have ended with it, this device's as well if it was that account's; the server knows.
    const { buyer } = this.#who.isSignedIn() ? await this.#who.ask(true) : { buyer: null };
    if (buyer !== null) await this.#shelf.keepOnlyAccount(buyer.id);
  }

  #refuse(cause: unknown): void {
    const words = this.words();
    const fields = fieldSentences(cause, words);
    if (cause instanceof ApiProblem && cause.status === 410) this.state.set('over');
    // What is no token at all was cut off on its way.
    else if (fields.has('token')) this.#token.set('');
    else if (fields.has('password')) this.#refused.set(fields.get('password') ?? '');
    else if (cause instanceof ApiProblem && cause.code === 'wrong-password')
      this.#refused.set(words.confirmWrongPassword);
    else this.problem.set(problemSentence(cause, words));
    this.passwordField()?.focus();
  }
}
