/** My tickets. */
import { ChangeDetectionStrategy, Component } from '@angular/core';

@Component({
  selector: 'poltrona-tickets',
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: '<h1>TicketsPage</h1>',
})
export class TicketsPage {}
