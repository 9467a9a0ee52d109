/** A film: its days and screenings. */
import { ChangeDetectionStrategy, Component } from '@angular/core';

@Component({
  selector: 'poltrona-film',
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: '<h1>FilmPage</h1>',
})
export class FilmPage {}
