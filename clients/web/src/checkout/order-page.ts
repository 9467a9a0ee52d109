/** What became of a purchase. */
import { ChangeDetectionStrategy, Component } from '@angular/core';

@Component({
  selector: 'poltrona-order',
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: '<h1>OrderPage</h1>',
})
export class OrderPage {}
