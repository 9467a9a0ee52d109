/** Signing in, and back to where one came from. */
import { ChangeDetectionStrategy, Component, computed, effect, inject, input, signal, viewChild } from '@angular/core';
import { Title } from '@angular/platform-browser';
import { Router, RouterLink } from '@angular/router';
import { isEmail } from '../fields/email-check.ts';
import { PasswordField } from '../fields/password-field.ts';
import { TextField } from '../fields/text-field.ts';
import { OrderShelf } from '../tickets/order-shelf.ts';
import { accountWords } from '../words/account.ts';
import { useWords } from '../words/language.ts';
import { nextPath } from './next-path.ts';
import { problemSentence } from './problem-words.ts';
import { WhoIsHere } from './who.ts';

@Component({
  selector: 'poltrona-sign-in',
  imports: [PasswordField, RouterLink, TextField],
  changeDetection: ChangeDetectionStrategy.OnPush,
  templateUrl: './sign-in-page.html',
  styleUrl: './account-form.css',
})
export class SignInPage {
  /** Of the address: where to go then. */
  readonly next = input<string>();

  readonly #who = inject(WhoIsHere);
  readonly #shelf = inject(OrderShelf);
  readonly #router = inject(Router);
  protected readonly words = useWords(accountWords);
  protected readonly email = signal('');
  protected readonly password = signal('');
  readonly #isChecked = signal(false);
  protected readonly emailProblem = computed(() =>
    this.#isChecked() && !isEmail(this.email()) ? this.words().emailWrong : '',
  );
  protected readonly passwordProblem = computed(() =>
    this.#isChecked() && this.password() === '' ? this.words().passwordMissing : '',
  );
  protected readonly isAsking = signal(false);
  protected readonly problem = signal('');
  private readonly emailField = viewChild.required<TextField>('emailField');
  private readonly passwordField = viewChild.required<PasswordField>('passwordField');

  constructor() {
    const title = inject(Title);
    effect(() => title.setTitle(`${this.words().signInTitle} · Poltrona`));
  }

  protected async signIn(event: Event): Promise<void> {
    event.preventDefault();
    if (this.isAsking()) return;
    this.#isChecked.set(true);
    this.problem.set('');
    if (this.emailProblem() !== '') return this.emailField().focus();
    if (this.passwordProblem() !== '') return this.passwordField().focus();
    this.isAsking.set(true);
    try {
      const { buyer } = await this.#who.signIn(this.email().trim(), this.password());
      if (buyer !== null) await this.#shelf.keepOnlyAccount(buyer.id);
      await this.#router.navigateByUrl(nextPath(this.next(), '/account'), { replaceUrl: true });
    } catch (cause) {
      this.problem.set(problemSentence(cause, this.words()));
      this.passwordField().focus();
    }
    this.isAsking.set(false);
  }
}
