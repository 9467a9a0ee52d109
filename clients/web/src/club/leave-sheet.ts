/** Leaving the club: what stays and what ends, and one button that does it. */
import { ChangeDetectionStrategy, Component, computed, inject, input, output, signal } from '@angular/core';
import type { Membership } from '../../../sdk/api/club-api.ts';
import { ApiUnreachable } from '../../../sdk/api/http.ts';
import { Sheet } from '../sheet/sheet.ts';
import { wallTime } from '../tickets/wall-time.ts';
import { clubWords } from '../words/club.ts';
import { FormatsOfLanguage } from '../words/formats.ts';
import { useWords } from '../words/language.ts';
import { MembershipDesk } from './membership-desk.ts';

@Component({
  selector: 'poltrona-leave-sheet',
  imports: [Sheet],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <poltrona-sheet #sheet [heading]="words().leaveTitle" (closed)="closed.emit()">
      <p>{{ what() }}</p>
      <p class="small soft">{{ words().leaveStays }}</p>
      <div role="alert">
        @if (problem(); as problem) {
          <p class="note bad">{{ words().leaveProblems[problem] }}</p>
        }
      </div>
      <button type="button" class="button" [attr.aria-disabled]="isLeaving()" (click)="leave(sheet)">
        {{ isLeaving() ? words().leavingNow : words().leaveConfirm }}
      </button>
      <button type="button" class="button primary" (click)="sheet.close()">{{ words().stay }}</button>
    </poltrona-sheet>
  `,
})
export class LeaveSheet {
  readonly membership = input.required<Membership>();
  readonly closed = output<void>();
  readonly #desk = inject(MembershipDesk);
  readonly #formats = inject(FormatsOfLanguage).formats;
  protected readonly words = useWords(clubWords);
  protected readonly isLeaving = signal(false);
  protected readonly problem = signal<'unreachable' | 'other' | null>(null);
  protected readonly what = computed(() => {
    const { status, ticketsLeft, until } = this.membership();
    if (status !== 'active' || until === null) return this.words().leaveLate;
    return this.words().leaveKeeps(ticketsLeft, this.#formats().longDay(wallTime(until, undefined)));
  });

  protected async leave(sheet: Sheet): Promise<void> {
    if (this.isLeaving()) return;
    this.isLeaving.set(true);
    this.problem.set(null);
    try {
      await this.#desk.leave();
      sheet.close();
    } catch (cause) {
      this.problem.set(cause instanceof ApiUnreachable ? 'unreachable' : 'other');
    }
    this.isLeaving.set(false);
  }
}
