/** What the links in messages open. */
import { ChangeDetectionStrategy, Component } from '@angular/core';

@Component({
  selector: 'poltrona-link',
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: '<h1>LinkPage</h1>',
})
export class LinkPage {}
