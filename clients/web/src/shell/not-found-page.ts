/** An address that is none of ours: an empty house, and the way to the films. */
import { ChangeDetectionStrategy, Component } from '@angular/core';
import { RouterLink } from '@angular/router';
import { useWords } from '../words/language.ts';
import { shellWords } from '../words/shell.ts';
import { usePageTitle } from './page-title.ts';

@Component({
  selector: 'poltrona-not-found',
  imports: [RouterLink],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <div class="page empty">
      <svg viewBox="0 0 160 96" aria-hidden="true">
        <path class="screen" d="M12 20Q80 2 148 20" />
        @for (row of rows; track row.y) {
          @for (x of row.xs; track x) {
            <rect [attr.x]="x" [attr.y]="row.y" width="10" height="9" rx="3" />
          }
        }
      </svg>
      <h1>{{ words().notFoundTitle }}</h1>
      <p class="column soft">{{ words().notFound }}</p>
      <a class="button primary" routerLink="/">{{ words().toFilms }}</a>
    </div>
  `,
  styles: `
    svg {
      width: min(100%, 16rem);
      fill: var(--line);
    }
    .screen {
      fill: none;
      stroke: var(--velvet);
      stroke-width: 2.5;
      stroke-linecap: round;
    }
  `,
})
export class NotFoundPage {
  protected readonly words = useWords(shellWords);
  /** A room with nobody in it; one seat is missing. */
  protected readonly rows = [
    { y: 40, xs: [33, 47, 61, 75, 89, 103, 117] },
    { y: 56, xs: [26, 40, 54, 68, 96, 110, 124] },
    { y: 72, xs: [19, 33, 47, 61, 75, 89, 103, 117, 131] },
  ];

  constructor() {
    usePageTitle(() => this.words().notFoundTitle);
  }
}
