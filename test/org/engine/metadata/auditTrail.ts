import type { OrgCore, OrgUser, Row, VirtualTable } from '../contracts.js';
import { virtualTable } from '../virtualSchema.js';

/** The org's log of what people did in Setup, in words for people. A test or a person at play writes it. */
export class AuditTrail {
  private readonly lines: Row[] = [];

  public constructor(private readonly org: OrgCore) {}

  public log(user: OrgUser, section: string, display: string): void {
    this.lines.push({
      Id: this.org.newId('0Ym'),
      Action: display.split(' ').slice(0, 2).join('').toLowerCase(),
      Section: section,
      Display: display,
      DelegateUser: null,
      ResponsibleNamespacePrefix: null,
      CreatedById: user.id,
      CreatedDate: this.org.clock.now(),
    });
  }

  /** `SetupAuditTrail`: plain query only. */
  public table(): VirtualTable {
    return virtualTable({
      name: 'SetupAuditTrail',
      keyPrefix: '0Ym',
      api: ['data'],
      fields:
        'Action:text(255) Section:text(255) Display:text(1000) DelegateUser:text(255) ResponsibleNamespacePrefix:text(15) CreatedById:ref(User) CreatedDate:datetime',
      rows: () => this.lines,
    });
  }
}
