/**
 * The poster of a film: its picture where there is one that loads, else a typographic one, whose ground belongs to the film
 * (poster-ground.ts). It always has the same size, two to three, and the title stands beside it: nothing here is read aloud.
 */
import { ChangeDetectionStrategy, Component, computed, input, linkedSignal } from '@angular/core';
import { posterGround, titleSize } from './poster-ground.ts';

/** As much of a film as its poster needs. */
export interface PosterFilm {
  readonly id: number;
  readonly title: string;
  readonly posterUrl: string | null;
}

@Component({
  selector: 'poltrona-poster',
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    @if (picture(); as url) {
      <img [src]="url" alt="" width="200" height="300" decoding="async" [loading]="early() ? 'eager' : 'lazy'" (error)="picture.set(null)" />
    } @else {
      <p [class]="size()">{{ film().title }}</p>
    }
  `,
  styleUrl: './film-poster.css',
  host: { 'aria-hidden': 'true', '[class]': 'look()' },
})
export class FilmPoster {
  readonly film = input.required<PosterFilm>();
  /** It is seen at once, on a page of its own. */
  readonly early = input(false);
  protected readonly picture = linkedSignal(() => this.film().posterUrl);
  protected readonly size = computed(() => titleSize(this.film().title));
  protected readonly look = computed(() => {
    const { ground, light } = posterGround(this.film().id);
    return `${ground} ${light}`;
  });
}
