import type { OrgCore } from '../engine/contracts.js';
import type { ComponentSeed, MetadataSide } from '../engine/metadata/metadataSide.js';
import { flowSeeds } from './flows.js';

/** The metadata of Brightcup, a maker of coffee machines for offices. Needs the objects of the CPQ package in the schema. */
export function seedMetadata(org: OrgCore, side: MetadataSide): void {
  const quotes = org.schema.get('SBQQ__Quote__c') !== undefined;
  const fields = quotes ? [...ownFields, ...quoteFields] : ownFields;
  side.seed({
    components: [installationVisit, ...fields, ...otherMembers, ...apex, ...access(quotes), ...screens(), ...labels],
  });
  side.seed({ flows: flowSeeds().filter((flow) => quotes || flow.name !== 'Quote_Set_Discount_Tier') });
}

const installationVisit: ComponentSeed = {
  type: 'CustomObject',
  fullName: 'Installation_Visit__c',
  xml: `<CustomObject><deploymentStatus>Deployed</deploymentStatus><enableHistory>true</enableHistory><label>Installation Visit</label>
    <nameField><displayFormat>IV-{00000}</displayFormat><label>Visit Number</label><type>AutoNumber</type></nameField><pluralLabel>Installation Visits</pluralLabel><sharingModel>ReadWrite</sharingModel></CustomObject>`,
};

const ownFields: readonly ComponentSeed[] = [
  field(
    'Installation_Visit__c.Opportunity__c',
    'Opportunity',
    '<deleteConstraint>SetNull</deleteConstraint><referenceTo>Opportunity</referenceTo><relationshipName>Installation_Visits</relationshipName><type>Lookup</type>'
  ),
  field('Installation_Visit__c.Visit_Date__c', 'Visit Date', '<type>Date</type>'),
  field(
    'Installation_Visit__c.Technician__c',
    'Technician',
    '<deleteConstraint>SetNull</deleteConstraint><referenceTo>User</referenceTo><relationshipName>Installation_Visits</relationshipName><type>Lookup</type>'
  ),
  field(
    'Installation_Visit__c.Site_Notes__c',
    'Site Notes',
    '<length>5000</length><type>LongTextArea</type><visibleLines>4</visibleLines>'
  ),
  field('Installation_Visit__c.Status__c', 'Status', picklist('Planned', 'Confirmed', 'Done')),
  field('Product2.Cups_Per_Day__c', 'Cups per Day', '<precision>5</precision><scale>0</scale><type>Number</type>'),
  field('Product2.Water_Connection__c', 'Water Connection', '<defaultValue>false</defaultValue><type>Checkbox</type>'),
  field('Product2.Bean_Hoppers__c', 'Bean Hoppers', '<precision>2</precision><scale>0</scale><type>Number</type>'),
];

const quoteFields: readonly ComponentSeed[] = [
  field(
    'SBQQ__Quote__c.Requested_Discount__c',
    'Requested Discount',
    '<precision>5</precision><scale>2</scale><type>Percent</type>'
  ),
  field('SBQQ__Quote__c.Discount_Tier__c', 'Discount Tier', picklist('Standard', 'Gold', 'Platinum')),
];

const otherMembers: readonly ComponentSeed[] = [
  {
    type: 'ValidationRule',
    fullName: 'Installation_Visit__c.Date_Once_Confirmed',
    xml: `<validationRules><fullName>Date_Once_Confirmed</fullName><active>true</active><errorConditionFormula>ISPICKVAL(Status__c, "Confirmed") &amp;&amp; ISBLANK(Visit_Date__c)</errorConditionFormula>
      <errorDisplayField>Visit_Date__c</errorDisplayField><errorMessage>A confirmed visit needs a date.</errorMessage></validationRules>`,
  },
  {
    type: 'ListView',
    fullName: 'Installation_Visit__c.All',
    xml: '<listViews><fullName>All</fullName><columns>NAME</columns><columns>Visit_Date__c</columns><filterScope>Everything</filterScope><label>All</label></listViews>',
  },
];

const apex: readonly ComponentSeed[] = [
  apexClass(
    'DiscountLimits',
    `public with sharing class DiscountLimits {
    public static final Decimal WITHOUT_MANAGER = 15;

    public static Boolean needsManager(Decimal percent) {
        return percent > WITHOUT_MANAGER;
    }
}`
  ),
  apexClass(
    'InstallationPlanner',
    `public with sharing class InstallationPlanner {
    public static Installation_Visit__c planFor(Opportunity deal) {
        return new Installation_Visit__c(Opportunity__c = deal.Id, Visit_Date__c = deal.CloseDate.addDays(14), Status__c = 'Planned');
    }
}`
  ),
  apexClass(
    'MachineSizing',
    `public with sharing class MachineSizing {
    public static List<Product2> machinesFor(Integer cups) {
        return [SELECT Id, Name, Cups_Per_Day__c FROM Product2 WHERE Cups_Per_Day__c >= :cups ORDER BY Cups_Per_Day__c];
    }
}`
  ),
  apexClass(
    'DiscountLimitsTest',
    `@IsTest
private class DiscountLimitsTest {
    @IsTest
    static void asksAManagerAboveTheLimit() {
        Assert.isTrue(DiscountLimits.needsManager(20));
    }

    @IsTest
    static void leavesSmallDiscountsAlone() {
        Assert.isFalse(DiscountLimits.needsManager(5));
    }
}`
  ),
];

function access(quotes: boolean): ComponentSeed[] {
  const quote = quotes ? grant('SBQQ__Quote__c.Requested_Discount__c', true) : '';
  return [
    {
      type: 'PermissionSet',
      fullName: 'Installation_Planner',
      xml: `<PermissionSet><description>Plans installation visits.</description><label>Installation Planner</label>
        <classAccesses><apexClass>InstallationPlanner</apexClass><enabled>true</enabled></classAccesses>
        ${grant('Installation_Visit__c.Site_Notes__c', true)}${grant('Installation_Visit__c.Visit_Date__c', true)}${quote}
        <objectPermissions><allowCreate>true</allowCreate><allowDelete>false</allowDelete><allowEdit>true</allowEdit><allowRead>true</allowRead><modifyAllRecords>false</modifyAllRecords><object>Installation_Visit__c</object><viewAllRecords>true</viewAllRecords></objectPermissions>
        <userPermissions><enabled>true</enabled><name>RunFlow</name></userPermissions></PermissionSet>`,
    },
    {
      type: 'CustomPermission',
      fullName: 'Override_Discount_Limit',
      xml: '<CustomPermission><isLicensed>false</isLicensed><label>Override Discount Limit</label></CustomPermission>',
    },
    {
      type: 'Profile',
      fullName: 'Admin',
      xml: `<Profile><custom>false</custom><userLicense>Salesforce</userLicense>
        <classAccesses><apexClass>DiscountLimits</apexClass><enabled>true</enabled></classAccesses>
        ${grant('Product2.Cups_Per_Day__c', true)}${grant('Product2.Water_Connection__c', true)}${grant('Installation_Visit__c.Status__c', true)}
        <objectPermissions><allowCreate>true</allowCreate><allowDelete>true</allowDelete><allowEdit>true</allowEdit><allowRead>true</allowRead><modifyAllRecords>true</modifyAllRecords><object>Installation_Visit__c</object><viewAllRecords>true</viewAllRecords></objectPermissions>
        <userPermissions><enabled>true</enabled><name>ModifyAllData</name></userPermissions><userPermissions><enabled>true</enabled><name>ViewAllData</name></userPermissions></Profile>`,
    },
  ];
}

function screens(): ComponentSeed[] {
  return [
    {
      type: 'Layout',
      fullName: 'Installation_Visit__c-Installation Visit Layout',
      xml: `<Layout><layoutSections><customLabel>false</customLabel><detailHeading>false</detailHeading><editHeading>true</editHeading><label>Information</label>
        <layoutColumns><layoutItems><behavior>Readonly</behavior><field>Name</field></layoutItems><layoutItems><behavior>Edit</behavior><field>Visit_Date__c</field></layoutItems></layoutColumns>
        <layoutColumns><layoutItems><behavior>Edit</behavior><field>Status__c</field></layoutItems></layoutColumns><style>TwoColumnsTopToBottom</style></layoutSections>
        <showEmailCheckbox>false</showEmailCheckbox><showHighlightsPanel>false</showHighlightsPanel></Layout>`,
    },
    {
      type: 'CustomTab',
      fullName: 'Installation_Visit__c',
      xml: '<CustomTab><customObject>true</customObject><motif>Custom20: Airplane</motif></CustomTab>',
    },
    {
      type: 'RemoteSiteSetting',
      fullName: 'Telemetry',
      xml: '<RemoteSiteSetting><isActive>true</isActive><url>https://telemetry.brightcup.example</url></RemoteSiteSetting>',
    },
  ];
}

const labels: readonly ComponentSeed[] = [
  { type: 'CustomLabels', fullName: 'CustomLabels', xml: '<CustomLabels/>' },
  label('Ask_A_Manager', 'This discount needs a manager.'),
  label('Visit_Planned', 'We will call you to agree on a date.'),
];

function field(fullName: string, labelText: string, rest: string): ComponentSeed {
  return {
    type: 'CustomField',
    fullName,
    xml: `<fields><fullName>${fullName.slice(fullName.indexOf('.') + 1)}</fullName><label>${labelText}</label>${rest}</fields>`,
  };
}

function picklist(...values: string[]): string {
  const all = values
    .map(
      (value, index) =>
        `<value><fullName>${value}</fullName><default>${index === 0}</default><label>${value}</label></value>`
    )
    .join('');
  return `<type>Picklist</type><valueSet><restricted>true</restricted><valueSetDefinition><sorted>false</sorted>${all}</valueSetDefinition></valueSet>`;
}

function grant(name: string, editable: boolean): string {
  return `<fieldPermissions><editable>${editable}</editable><field>${name}</field><readable>true</readable></fieldPermissions>`;
}

function apexClass(fullName: string, body: string): ComponentSeed {
  return {
    type: 'ApexClass',
    fullName,
    body: `${body}\n`,
    xml: '<ApexClass><apiVersion>64.0</apiVersion><status>Active</status></ApexClass>',
  };
}

function label(fullName: string, value: string): ComponentSeed {
  return {
    type: 'CustomLabel',
    fullName,
    xml: `<labels><fullName>${fullName}</fullName><language>en_US</language><protected>false</protected><shortDescription>${fullName}</shortDescription><value>${value}</value></labels>`,
  };
}
