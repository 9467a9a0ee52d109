/** My seats, their time and their price; or, while I have none, the way to the best ones. A bar on a phone, a column on a desk. */
import { ChangeDetectionStrategy, Component, computed, inject, output, signal } from '@angular/core';
import { FormatsOfLanguage } from '../words/formats.ts';
import { useWords } from '../words/language.ts';
import { roomWords } from '../words/room.ts';
import { LiveRoom } from './live-room.ts';
import { MyHold } from './my-hold.ts';
import { SeatChoice } from './seat-choice.ts';
import { SeatKind } from './seat-rules.ts';

const TOGETHER = 2;
const TOGETHER_MAX = 10;
/** The last minute is said louder, and from two minutes on there is the offer of more time, seconds. */
const LOUD = 60;
const OFFERED = 120;

@Component({
  selector: 'poltrona-choice-panel',
  changeDetection: ChangeDetectionStrategy.OnPush,
  templateUrl: './choice-panel.html',
  styleUrl: './choice-panel.css',
  host: { '[class.nothing]': 'isSoldOut() && myHold.seats().length === 0' },
})
export class ChoicePanel {
  readonly proceed = output();
  protected readonly myHold = inject(MyHold);
  protected readonly choice = inject(SeatChoice);
  protected readonly words = useWords(roomWords);
  protected readonly formats = inject(FormatsOfLanguage).formats;
  protected readonly together = signal(TOGETHER);
  protected readonly most = TOGETHER_MAX;
  protected readonly isAccessible = signal(false);
  readonly #live = inject(LiveRoom);
  /** The room has places for wheelchairs. */
  protected readonly hasWheelchairs = computed(
    () => this.myHold.room()?.seats.some(({ kind }) => kind === SeatKind.wheelchair) ?? false,
  );
  protected readonly isUsable = computed(() => this.choice.isOpen() && !this.isPaying());
  protected readonly isPaying = computed(() => this.myHold.hold()?.isPaying === true || this.myHold.isBuying());
  protected readonly isLoud = computed(() => (this.myHold.secondsLeft() ?? LOUD + 1) <= LOUD);
  protected readonly offersTime = computed(() => {
    return this.myHold.mayExtend() && !this.isPaying() && (this.myHold.secondsLeft() ?? OFFERED + 1) <= OFFERED;
  });
  /** "7:05" */
  protected readonly clock = computed(() => {
    const seconds = this.myHold.secondsLeft() ?? 0;
    return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
  });
  protected readonly total = computed(() => this.money(this.myHold.totalCents()));
  protected readonly isSoldOut = computed(() => this.#live.count()?.free === 0);

  protected money(cents: number): string {
    return this.formats().money(cents, this.myHold.room()?.currency);
  }

  protected step(by: number): void {
    this.together.update((count) => Math.min(TOGETHER_MAX, Math.max(1, count + by)));
  }

  protected giveBack(seat: number): void {
    // What goes in pairs comes back in pairs: the same as a tap on the map.
    this.choice.tap(seat);
  }
}
