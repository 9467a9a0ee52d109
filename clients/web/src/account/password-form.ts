/** Another password, by who knows the one of today. */
import { ChangeDetectionStrategy, Component, computed, inject, signal, viewChild } from '@angular/core';
import { AccountApi } from '../../../sdk/api/account-api.ts';
import { ApiProblem } from '../../../sdk/api/http.ts';
import { PasswordField } from '../fields/password-field.ts';
import { Server } from '../server/server.ts';
import { accountWords } from '../words/account.ts';
import { useWords } from '../words/language.ts';
import { passwordFault } from './password-faults.ts';
import { fieldSentences, problemSentence } from './problem-words.ts';
import { WhoIsHere } from './who.ts';

@Component({
  selector: 'poltrona-password-form',
  imports: [PasswordField],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <form novalidate (submit)="change($event)">
      <h2>{{ words().passwordTitle }}</h2>
      <!-- Password managers need to know whose it is. -->
      <input type="text" autocomplete="username" hidden [value]="who.buyer()?.email ?? ''" />
      <poltrona-password-field
        #currentField
        [label]="words().passwordCurrent"
        [problem]="currentProblem()"
        [(value)]="current"
        (valueChange)="refusedCurrent.set('')"
      />
      <poltrona-password-field
        #nextField
        kind="new"
        [label]="words().passwordNew"
        [hint]="words().passwordRules"
        [problem]="nextProblem()"
        [(value)]="next"
        (valueChange)="refusedNext.set('')"
      />
      <div role="status">
        @if (said(); as said) {
          <p class="note" [class.good]="said.is === 'good'" [class.bad]="said.is === 'bad'">{{ said.text }}</p>
        }
      </div>
      <p>
        <button type="submit" class="button" [attr.aria-disabled]="isAsking()">
          {{ isAsking() ? words().saving : words().passwordChange }}
        </button>
      </p>
    </form>
  `,
  styleUrl: './account-form.css',
})
export class PasswordForm {
  readonly #server = inject(Server);
  readonly #api = new AccountApi(this.#server.api);
  protected readonly who = inject(WhoIsHere);
  protected readonly words = useWords(accountWords);
  protected readonly current = signal('');
  protected readonly next = signal('');
  protected readonly refusedCurrent = signal('');
  protected readonly refusedNext = signal('');
  readonly #isChecked = signal(false);
  protected readonly currentProblem = computed(() =>
    this.#isChecked() && this.current() === '' ? this.words().passwordMissing : this.refusedCurrent(),
  );
  protected readonly nextProblem = computed(() => {
    const fault = this.#isChecked() ? passwordFault(this.next()) : null;
    return fault === null ? this.refusedNext() : this.words().passwordFaults[fault];
  });
  protected readonly isAsking = signal(false);
  protected readonly said = signal<{ readonly is: 'good' | 'bad'; readonly text: string } | null>(null);
  private readonly currentField = viewChild.required<PasswordField>('currentField');
  private readonly nextField = viewChild.required<PasswordField>('nextField');

  protected async change(event: Event): Promise<void> {
    event.preventDefault();
    if (this.isAsking()) return;
    this.#isChecked.set(true);
    this.said.set(null);
    if (this.currentProblem() !== '') return this.currentField().focus();
    if (this.nextProblem() !== '') return this.nextField().focus();
    this.isAsking.set(true);
    try {
      await this.#api.changePassword(this.current(), this.next());
      await this.#server.reconnect();
      this.#isChecked.set(false);
      this.current.set('');
      this.next.set('');
      this.said.set({ is: 'good', text: this.words().passwordChanged });
    } catch (cause) {
      this.#refuse(cause);
    }
    this.isAsking.set(false);
  }

  #refuse(cause: unknown): void {
    const words = this.words();
    const password = fieldSentences(cause, words).get('password');
    if (password !== undefined) {
      this.refusedNext.set(password);
      this.nextField().focus();
    } else if (cause instanceof ApiProblem && cause.code === 'wrong-password') {
      this.refusedCurrent.set(problemSentence(cause, words));
      this.currentField().focus();
    } else this.said.set({ is: 'bad', text: problemSentence(cause, words) });
  }
}
