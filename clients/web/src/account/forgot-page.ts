/** Having a link for a new password sent. Whether there is such an account is said to nobody but its mailbox. */
import { ChangeDetectionStrategy, Component, computed, effect, inject, signal, viewChild } from '@angular/core';
import { Title } from '@angular/platform-browser';
import { RouterLink } from '@angular/router';
import { AccountApi } from '../../../sdk/api/account-api.ts';
import { isEmail } from '../fields/email-check.ts';
import { TextField } from '../fields/text-field.ts';
import { Server } from '../server/server.ts';
import { accountWords } from '../words/account.ts';
import { useWords } from '../words/language.ts';
import { problemSentence } from './problem-words.ts';

@Component({
  selector: 'poltrona-forgot',
  imports: [RouterLink, TextField],
  changeDetection: ChangeDetectionStrategy.OnPush,
  templateUrl: './forgot-page.html',
  styleUrl: './account-form.css',
})
export class ForgotPage {
  readonly #api = new AccountApi(inject(Server).api);
  protected readonly words = useWords(accountWords);
  protected readonly email = signal('');
  readonly #isChecked = signal(false);
  protected readonly emailProblem = computed(() =>
    this.#isChecked() && !isEmail(this.email()) ? this.words().emailWrong : '',
  );
  protected readonly isAsking = signal(false);
  protected readonly problem = signal('');
  protected readonly sentTo = signal('');
  private readonly emailField = viewChild<TextField>('emailField');

  constructor() {
    const title = inject(Title);
    effect(() => title.setTitle(`${this.words().forgotTitle} · Poltrona`));
  }

  protected async send(event: Event): Promise<void> {
    event.preventDefault();
    if (this.isAsking()) return;
    this.#isChecked.set(true);
    this.problem.set('');
    if (this.emailProblem() !== '') return this.emailField()?.focus();
    this.isAsking.set(true);
    try {
      await this.#api.forgotPassword(this.email().trim());
      this.sentTo.set(this.email().trim());
    } catch (cause) {
      this.problem.set(problemSentence(cause, this.words()));
    }
    this.isAsking.set(false);
  }
}
