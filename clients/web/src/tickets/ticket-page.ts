/** The tickets of an order, for the gate. */
import { ChangeDetectionStrategy, Component } from '@angular/core';

@Component({
  selector: 'poltrona-ticket',
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: '<h1>TicketPage</h1>',
})
export class TicketPage {}
