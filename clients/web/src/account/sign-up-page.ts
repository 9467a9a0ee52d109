/** Opening an account. The server says the same whoever asks; the rest is in the message to the address. */
import { ChangeDetectionStrategy, Component, computed, effect, inject, input, signal, viewChild } from '@angular/core';
import { Title } from '@angular/platform-browser';
import { RouterLink } from '@angular/router';
import { AccountApi } from '../../../sdk/api/account-api.ts';
import { isEmail } from '../fields/email-check.ts';
import { PasswordField } from '../fields/password-field.ts';
import { TextField } from '../fields/text-field.ts';
import { Server } from '../server/server.ts';
import { accountWords } from '../words/account.ts';
import { LanguageChoice, useWords } from '../words/language.ts';
import { cpfDigits, cpfMask, isCpf } from './cpf.ts';
import { passwordFault } from './password-faults.ts';
import { fieldSentences, problemSentence } from './problem-words.ts';

@Component({
  selector: 'poltrona-sign-up',
  imports: [PasswordField, RouterLink, TextField],
  changeDetection: ChangeDetectionStrategy.OnPush,
  templateUrl: './sign-up-page.html',
  styleUrl: './account-form.css',
})
export class SignUpPage {
  readonly next = input<string>();

  readonly #api = new AccountApi(inject(Server).api);
  readonly #language = inject(LanguageChoice).language;
  protected readonly words = useWords(accountWords);
  protected readonly cpfMask = cpfMask;
  protected readonly name = signal('');
  protected readonly email = signal('');
  protected readonly cpf = signal('');
  protected readonly password = signal('');
  readonly #isChecked = signal(false);
  /** What the server said of a field, until something is changed. */
  readonly #refused = signal<ReadonlyMap<string, string>>(new Map());
  protected readonly problems = computed(() => {
    const words = this.words();
    const refused = this.#refused();
    const of = (name: string, isWrong: boolean, sentence: string): string =>
      this.#isChecked() && isWrong ? sentence : (refused.get(name) ?? '');
    const fault = passwordFault(this.password());
    return {
      name: of('name', this.name().trim() === '', words.nameMissing),
      email: of('email', !isEmail(this.email()), words.emailWrong),
      cpf: of('cpf', !isCpf(this.cpf()), words.cpfWrong),
      password: of('password', fault !== null, fault === null ? '' : words.passwordFaults[fault]),
    };
  });
  protected readonly isAsking = signal(false);
  protected readonly problem = signal('');
  /** The address that the message goes to; empty: not sent yet. */
  protected readonly sentTo = signal('');
  private readonly nameField = viewChild<TextField>('nameField');
  private readonly emailField = viewChild<TextField>('emailField');
  private readonly cpfField = viewChild<TextField>('cpfField');
  private readonly passwordField = viewChild<PasswordField>('passwordField');

  constructor() {
    const title = inject(Title);
    effect(() => title.setTitle(`${this.words().signUpTitle} · Poltrona`));
  }

  protected async signUp(event: Event): Promise<void> {
    event.preventDefault();
    if (this.isAsking()) return;
    this.#isChecked.set(true);
    this.#refused.set(new Map());
    this.problem.set('');
    if (this.#focusOnProblem()) return;
    this.isAsking.set(true);
    const email = this.email().trim();
    try {
      await this.#api.open({
        name: this.name().trim(),
        email,
        cpf: cpfDigits(this.cpf()),
        password: this.password(),
        locale: this.#language(),
      });
      this.password.set('');
      this.sentTo.set(email);
    } catch (cause) {
      this.#refused.set(fieldSentences(cause, this.words()));
      this.problem.set(problemSentence(cause, this.words()));
      this.#focusOnProblem();
    }
    this.isAsking.set(false);
  }

  /** The first field that is wrong; false: none is. */
  #focusOnProblem(): boolean {
    const { name, email, cpf, password } = this.problems();
    const field =
      (name !== '' && this.nameField()) ||
      (email !== '' && this.emailField()) ||
      (cpf !== '' && this.cpfField()) ||
      (password !== '' && this.passwordField()) ||
      null;
    field?.focus();
    return field !== null;
  }
}
