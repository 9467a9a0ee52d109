/** The seat map of a screening. */
import { ChangeDetectionStrategy, Component } from '@angular/core';

@Component({
  selector: 'poltrona-screening',
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: '<h1>ScreeningPage</h1>',
})
export class ScreeningPage {}
