/** Being forgotten: first what it would mean, then, by another button, that it be so. */
import { ChangeDetectionStrategy, Component, computed, inject, input, output, signal } from '@angular/core';
import { AccountApi, type Forgotten } from '../../../sdk/api/account-api.ts';
import { PasswordField } from '../fields/password-field.ts';
import { Server } from '../server/server.ts';
import { Sheet } from '../sheet/sheet.ts';
import { wallTime } from '../tickets/wall-time.ts';
import { accountWords } from '../words/account.ts';
import { FormatsOfLanguage } from '../words/formats.ts';
import { useWords } from '../words/language.ts';
import { problemSentence } from './problem-words.ts';
import { WhoIsHere } from './who.ts';

@Component({
  selector: 'poltrona-forget-sheet',
  imports: [PasswordField, Sheet],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <poltrona-sheet
      #sheet
      [heading]="isGuest() ? words().forgetGuestTitle : words().forgetTitle"
      (closed)="closed.emit()"
    >
      <p>{{ words().forgetText }}</p>
      <form novalidate (submit)="go($event)">
        @if (!isGuest()) {
          <poltrona-password-field
            [label]="words().forgetPassword"
            [problem]="problem()"
            [(value)]="password"
            (valueChange)="problem.set('')"
          />
        } @else if (problem() !== '') {
          <p class="note bad" role="alert">{{ problem() }}</p>
        }
        <div role="status">
          @if (says() !== '') {
            <p class="note">{{ says() }}</p>
          }
        </div>
        <button type="submit" class="button" [class.primary]="would() !== null" [attr.aria-disabled]="isAsking()">
          @if (isAsking()) {
            {{ would() === null ? words().working : words().forgetting }}
          } @else {
            {{ would() === null ? words().forgetCheck : words().forgetConfirm }}
          }
        </button>
        <button type="button" class="button" (click)="sheet.close()">{{ words().cancel }}</button>
      </form>
    </poltrona-sheet>
  `,
  styleUrl: './account-form.css',
})
export class ForgetSheet {
  readonly isGuest = input.required<boolean>();
  readonly forgotten = output<void>();
  readonly closed = output<void>();

  readonly #api = new AccountApi(inject(Server).api);
  readonly #who = inject(WhoIsHere);
  readonly #formats = inject(FormatsOfLanguage).formats;
  protected readonly words = useWords(accountWords);
  protected readonly password = signal('');
  protected readonly problem = signal('');
  protected readonly isAsking = signal(false);
  protected readonly would = signal<Forgotten | null>(null);
  protected readonly says = computed(() => {
    const would = this.would();
    if (would === null) return '';
    const { cpfForgottenAt } = would;
    const kept =
      cpfForgottenAt === null
        ? ''
        : this.words().forgetKept(this.#formats().longDay(wallTime(cpfForgottenAt, undefined)));
    return `${this.words().forgetFuture(would.tickets.future)} ${kept}`.trim();
  });

  protected async go(event: Event): Promise<void> {
    event.preventDefault();
    if (this.isAsking()) return;
    const password = this.isGuest() ? undefined : this.password();
    if (password === '') return this.problem.set(this.words().passwordMissing);
    this.isAsking.set(true);
    try {
      if (this.would() === null) this.would.set(await this.#api.wouldForget(password));
      else {
        await this.#who.releaseSeats();
        await this.#api.forgetMe(password);
        this.forgotten.emit();
      }
    } catch (cause) {
      this.problem.set(problemSentence(cause, this.words()));
    }
    this.isAsking.set(false);
  }
}
