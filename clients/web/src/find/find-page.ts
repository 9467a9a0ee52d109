/** The first page: films and screenings by name, by date, or both. */
import { ChangeDetectionStrategy, Component } from '@angular/core';

@Component({
  selector: 'poltrona-find',
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: '<h1>FindPage</h1>',
})
export class FindPage {}
