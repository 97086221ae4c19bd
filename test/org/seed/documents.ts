import type { PracticeOrg } from '../engine/practiceOrg.js';
import { seedId, seedPackageRows } from './seedIds.js';

const offerHtml = `<h1>Your coffee, our care</h1>
<p>Dear {{contact}},<br/>
thank you for your interest. We offer you "Brightcup" machines &amp; beans;
prices hold for 30 days.</p>`;

/** Quote template with sections, columns and content, quote terms, and the buttons of the line editor. */
export function seedDocuments(org: PracticeOrg): void {
  const content = (number: number): string => seedId(org, 'SBQQ__TemplateContent__c', number);
  const section = (number: number): string => seedId(org, 'SBQQ__TemplateSection__c', number);
  const template = seedId(org, 'SBQQ__QuoteTemplate__c', 1);
  seedPackageRows(org, 'TemplateContent', [
    { n: 1, Name: 'Letter', Type: 'HTML', Markup: offerHtml, FontFamily: 'Helvetica', FontSize: 10 },
    { n: 2, Name: 'Lines', Type: 'Line Items', TableStyle: 'Standard' },
    { n: 3, Name: 'Terms', Type: 'Quote Terms' },
    { n: 4, Name: 'Footer', Type: 'HTML', Markup: '<p>Brightcup GmbH, Kaffeeweg 3, 20457 Hamburg</p>' },
  ]);
  seedPackageRows(org, 'QuoteTemplate', [
    {
      n: 1,
      Name: 'Standard offer',
      Default: true,
      DeploymentStatus: 'Deployed',
      TopMargin: 0.5,
      BottomMargin: 0.75,
      LeftMargin: 0.5,
      RightMargin: 0.5,
      FooterContent: content(4),
      FooterHeight: 40,
      CompanyName: 'Brightcup GmbH',
      CompanyCity: 'Hamburg',
      PageNumberPosition: 'Footer',
      FontFamily: 'Helvetica',
      FontSize: 9,
    },
  ]);
  seedPackageRows(
    org,
    'TemplateSection',
    ['Letter', 'Lines', 'Terms'].map((name, index) => ({
      n: index + 1,
      Name: name,
      Template: template,
      Content: content(index + 1),
      DisplayOrder: (index + 1) * 10,
      TopMargin: 0.1,
      BottomMargin: 0.1,
      QuoteTotalsPrinted: index === 1,
    }))
  );
  const columns: ReadonlyArray<readonly [name: string, field: string, width: number]> = [
    ['#', 'SBQQ__Number__c', 6],
    ['Product', 'SBQQ__ProductName__c', 50],
    ['Quantity', 'SBQQ__Quantity__c', 12],
    ['Price', 'SBQQ__CustomerPrice__c', 16],
    ['Total', 'SBQQ__CustomerTotal__c', 16],
  ];
  seedPackageRows(
    org,
    'LineColumn',
    columns.map(([name, field, width], index) => ({
      n: index + 1,
      Name: name,
      Template: template,
      Section: section(2),
      FieldName: field,
      Width: width,
      DisplayOrder: (index + 1) * 10,
      Alignment: index < 2 ? 'Left' : 'Right',
    }))
  );
  const terms: ReadonlyArray<readonly [body: string, logic: string]> = [
    ['<p>Payment within 30 days.</p>', 'All'],
    ['<p>Delivery free to the kerb.</p>', 'All'],
    ['<p>Full Care includes a spare machine the next working day.</p>', 'Custom'],
    ['<p>Beans are best before six months.</p>', 'Any'],
  ];
  seedPackageRows(
    org,
    'QuoteTerm',
    terms.map(([body, logic], index) => ({
      n: index + 1,
      Name: `QT-${String(index + 1).padStart(4, '0')}`,
      Body: body,
      PrintOrder: (index + 1) * 10,
      Active: true,
      ConditionsMet: logic,
      AdvancedCondition: logic === 'Custom' ? '1 OR 2' : null,
      Status: 'Original',
    }))
  );
  seedPackageRows(org, 'TermCondition', [
    {
      n: 1,
      Name: '00001',
      QuoteTerm: seedId(org, 'SBQQ__QuoteTerm__c', 3),
      Index: 1,
      TestedField: 'SBQQ__Type__c',
      Operator: 'equals',
      Value: 'Renewal',
    },
    {
      n: 2,
      Name: '00002',
      QuoteTerm: seedId(org, 'SBQQ__QuoteTerm__c', 3),
      Index: 2,
      TestedVariable: seedId(org, 'SBQQ__SummaryVariable__c', 1),
      Operator: 'greater than',
      Value: '4',
    },
  ]);
  const actions: ReadonlyArray<readonly [name: string, type: string, location: string]> = [
    ['Add products', 'Button', 'Quote'],
    ['More', 'Menu', 'Quote'],
    ['Separator', 'Separator', 'Quote'],
    ['Separator', 'Separator', 'Line'],
    ['Delivery dates', 'Button', 'Line'],
  ];
  seedPackageRows(
    org,
    'CustomAction',
    actions.map(([name, type, location], index) => ({
      n: index + 1,
      Name: name,
      Type: type,
      Location: location,
      Active: true,
      DisplayOrder: (index + 1) * 10,
      ParentCustomAction: index === 4 ? seedId(org, 'SBQQ__CustomAction__c', 2) : null,
    }))
  );
  seedPackageRows(org, 'CustomActionCondition', [
    {
      n: 1,
      Name: 'Only drafts',
      CustomAction: seedId(org, 'SBQQ__CustomAction__c', 5),
      TargetObject: 'Quote',
      Field: 'SBQQ__Status__c',
      Operator: 'equals',
      FilterValue: 'Draft',
    },
  ]);
}
