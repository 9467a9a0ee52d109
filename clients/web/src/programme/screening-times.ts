/**
 * The screenings of a film in one cinema, as times to be tapped. Each says how it is shown, how many seats are left, and from
 * what price; one that is sold out stays where it is, and says where to go instead.
 */
import { ChangeDetectionStrategy, Component, computed, inject, input } from '@angular/core';
import { RouterLink } from '@angular/router';
import type { FoundCinema, FoundScreening } from '../../../sdk/api/catalogue-api.ts';
import { FormatsOfLanguage } from '../words/formats.ts';
import { useWords } from '../words/language.ts';
import { programmeWords } from '../words/programme.ts';
import { insteadOf, seatsLeftOf } from './seats-left.ts';

@Component({
  selector: 'poltrona-times',
  imports: [RouterLink],
  changeDetection: ChangeDetectionStrategy.OnPush,
  templateUrl: './screening-times.html',
  styleUrl: './screening-times.css',
})
export class ScreeningTimes {
  readonly found = input.required<FoundCinema>();
  /** All cinemas of the same film on that day: where to go instead. */
  readonly among = input.required<readonly FoundCinema[]>();
  protected readonly words = useWords(programmeWords);
  readonly #formats = inject(FormatsOfLanguage).formats;
  protected readonly rows = computed(() => this.found().screenings.map((screening) => this.#row(screening)));

  #row(screening: FoundScreening) {
    const [words, formats] = [this.words(), this.#formats()];
    const left = seatsLeftOf(screening);
    const time = formats.time(screening.startsLocal);
    const price = words.priceFrom(formats.money(screening.priceFromCents, screening.currency));
    const { projection, auditorium } = screening;
    const seats = left.is === 'some' ? words.seats(left.seats) : left.is === 'few' ? words.lastSeats(left.seats) : '';
    const language = words.languagesInFull[screening.language] ?? screening.language;
    return {
      id: screening.id,
      left: left.is,
      time,
      kind: `${projection} ${words.languages[screening.language] ?? screening.language}`,
      seats,
      price,
      /** Of a hundred, for the line at the foot. */
      share: Math.round((screening.seatsLeft / Math.max(1, screening.seatCount)) * 100),
      instead: left.is === 'none' ? this.#instead(screening) : '',
      spoken: words.screening({ time, auditorium, projection, language, seats, price }),
    };
  }

  #instead(screening: FoundScreening): string {
    const words = this.words();
    const instead = insteadOf(screening, this.found().cinema, this.among());
    if (instead === null) return words.insteadOtherDay;
    const time = this.#formats().time(instead.screening.startsLocal);
    return instead.cinema === null ? words.insteadHere(time) : words.insteadThere(time, instead.cinema.name);
  }
}
