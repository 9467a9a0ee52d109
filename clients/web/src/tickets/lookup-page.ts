/** Tickets by code and CPF. */
import { ChangeDetectionStrategy, Component } from '@angular/core';

@Component({
  selector: 'poltrona-lookup',
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: '<h1>LookupPage</h1>',
})
export class LookupPage {}
