/** An address that is none of ours. */
import { ChangeDetectionStrategy, Component } from '@angular/core';

@Component({
  selector: 'poltrona-not-found',
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: '<h1>NotFoundPage</h1>',
})
export class NotFoundPage {}
