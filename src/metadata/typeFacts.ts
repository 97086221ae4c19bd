/**
 * What the Metadata API can and cannot take back, per type: one place for all such facts. `docs/metadata.md` is checked
 * against it. A type that is not here is deleted, replaced and created again like any other; the check-only deployment
 * before each run tells where an org disagrees.
 *
 * Sources: MDAPI is the Metadata API Developer Guide ("Deleting Components from an Organization", "Special Behavior in
 * Metadata API Deployments", and the page of the type); HELP is Salesforce Help; DEPLOY is the message of a deployment.
 * `sure: false` marks what no document at hand states: it is known from practice.
 */
export interface TypeFacts {
  /**
   * How a component goes that the deployment created; `switched off`: it stays, and does nothing any more; `off, then
   * deleted`: the org does not delete it while it is on, so it goes in a deployment of its own after the one that switches
   * it off.
   */
  readonly created: 'deleted' | 'off, then deleted' | 'switched off' | 'by hand' | 'flow lane';
  /** The element of its file that switches it off, where it cannot be deleted, or not while it is on. */
  readonly off?: { readonly element: string; readonly value: string };
  /** What a person does where the API cannot delete it. */
  readonly instead?: string;
  /** How a component goes back that the deployment changed; additive: what was added to it stays. */
  readonly changed: 'replaced' | 'additive' | 'by part' | 'flow lane';
  /** A retrieve gives only what is about other components named in it: they are always asked for with it. */
  readonly partial?: true;
  /** What is lost when it is deleted, or lacking when it is created again. */
  readonly loses?: { readonly deleted?: string; readonly recreated?: string };
  /** What has to be right beside it, or may stand in the way. */
  readonly mind?: string;
  /**
   * It is of the user interface alone: no API and no automation asks it when a row is read or saved (MDAPI, Layout: "the
   * page layout"; what it makes required or read-only holds for people at the page). So rows may be written while it is
   * deployed.
   */
  readonly onlyShown?: true;
  readonly source: string;
  readonly sure: boolean;
}

const plain = { created: 'deleted', changed: 'replaced' } as const;
const onlyShown = { onlyShown: true } as const;
const byHand = (instead: string): Pick<TypeFacts, 'created' | 'instead' | 'changed'> => ({
  created: 'by hand',
  instead,
  changed: 'replaced',
});

const switchedOff = (
  element: string,
  value: string,
  instead: string
): Pick<TypeFacts, 'created' | 'off' | 'instead' | 'changed'> => ({
  created: 'switched off',
  off: { element, value },
  instead,
  changed: 'replaced',
});

const offFirst = (element: string, value: string): Pick<TypeFacts, 'created' | 'off' | 'changed'> => ({
  created: 'off, then deleted',
  off: { element, value },
  changed: 'replaced',
});

const FACTS: Readonly<Record<string, TypeFacts>> = {
  ApexClass: {
    ...plain,
    mind: 'Scheduled or running jobs of the class hold it, unless Deployment Settings allow the change. Production runs tests.',
    source: 'MDAPI; Apex Developer Guide, "Apex Scheduler"',
    sure: true,
  },
  ApexTrigger: {
    ...plain,
    mind: 'Production runs tests. It goes back before the records it would act on.',
    source: 'MDAPI',
    sure: true,
  },
  ApprovalProcess: {
    ...plain,
    mind: 'An active one cannot be deleted, nor its steps changed: deactivate it in Setup first.',
    source: 'HELP, "Approval Process Limits"',
    sure: false,
  },
  AssignmentRules: {
    ...plain,
    mind: 'The order of the rules counts: the whole set is put back.',
    source: 'MDAPI',
    sure: false,
  },
  AuraDefinitionBundle: { ...plain, ...onlyShown, source: 'MDAPI, AuraDefinitionBundle', sure: false },
  AuthProvider: { ...plain, loses: { recreated: 'its consumer secret' }, source: 'MDAPI, AuthProvider', sure: true },
  BusinessProcess: {
    ...switchedOff('isActive', 'false', 'Delete it in Setup once no record type uses it.'),
    source: 'MDAPI, BusinessProcess: isActive',
    sure: false,
  },
  Certificate: {
    ...byHand('Delete it in Setup, Certificate and Key Management.'),
    source: 'MDAPI, Certificate',
    sure: false,
  },
  ConnectedApp: {
    ...plain,
    loses: { recreated: 'its consumer key and secret' },
    source: 'MDAPI, ConnectedApp',
    sure: true,
  },
  CompactLayout: { ...plain, ...onlyShown, source: 'MDAPI, CompactLayout', sure: false },
  CustomApplication: {
    ...plain,
    ...onlyShown,
    mind: 'Goes after the profiles that show it.',
    source: 'MDAPI',
    sure: false,
  },
  CustomField: {
    ...plain,
    loses: {
      deleted: 'its data: saved in the undo point first, and for 15 days also in Setup, Deleted Fields',
      recreated:
        'its field history, and with its data only where the snapshot holds the records: undelete it in Setup within 15 days instead',
    },
    mind: 'Cannot go while a flow version, class, formula, layout or list view uses it. Goes back before the records. Picklist values that the deployment added are deactivated, not deleted.',
    source: 'MDAPI, CustomField, CustomValue; HELP, "Manage Deleted Custom Fields"',
    sure: true,
  },
  CustomLabel: { ...plain, source: 'MDAPI, CustomLabels', sure: true },
  CustomLabels: { ...plain, changed: 'by part', source: 'MDAPI, CustomLabels', sure: true },
  CustomMetadata: { ...plain, source: 'MDAPI, CustomMetadata', sure: true },
  CustomObject: {
    ...plain,
    changed: 'by part',
    loses: {
      deleted: 'its rows: for 15 days in Setup, Deleted Objects',
      recreated:
        'its old Ids, and with its rows only where the snapshot holds them: undelete it in Setup within 15 days instead',
    },
    mind: 'Each field, rule and list view is taken back by itself. What was added to its own settings stays.',
    source: 'MDAPI, CustomObject; HELP, "Manage Deleted Custom Objects"',
    sure: true,
  },
  CustomObjectTranslation: {
    ...plain,
    changed: 'additive',
    partial: true,
    mind: 'A retrieve gives only translations of what is named with it: put its object into the scope, too.',
    source: 'MDAPI, CustomObjectTranslation',
    sure: false,
  },
  CustomPermission: { ...plain, source: 'MDAPI', sure: true },
  CustomSite: {
    ...switchedOff('active', 'false', 'Delete it in Setup, Sites.'),
    source: 'MDAPI, CustomSite: active',
    sure: true,
  },
  CustomTab: { ...plain, ...onlyShown, source: 'MDAPI, CustomTab', sure: false },
  Dashboard: {
    ...plain,
    ...onlyShown,
    mind: 'Stands in a folder; a wildcard does not cover it.',
    source: 'MDAPI, Dashboard',
    sure: false,
  },
  DuplicateRule: {
    ...offFirst('isActive', 'false'),
    mind: 'Goes back before the records. It needs its matching rules to be active.',
    source: 'MDAPI, DuplicateRule: isActive',
    sure: false,
  },
  EmailTemplate: {
    ...plain,
    mind: 'Stands in a folder; a wildcard does not cover it.',
    source: 'MDAPI, EmailTemplate',
    sure: true,
  },
  EntitlementProcess: {
    ...switchedOff('active', 'false', 'Delete it in Setup, Entitlement Processes.'),
    source: 'MDAPI, EntitlementProcess: active',
    sure: false,
  },
  FlexiPage: {
    ...plain,
    ...onlyShown,
    mind: 'A page that is assigned cannot be deleted: remove the assignment in Lightning App Builder first.',
    source: 'MDAPI, "Deleting Components from an Organization"',
    sure: true,
  },
  Flow: {
    created: 'flow lane',
    changed: 'flow lane',
    mind: 'Goes back by its pointer; see Flows.',
    source: 'MDAPI, Flow; Tooling API, FlowDefinition',
    sure: true,
  },
  FlowDefinition: {
    created: 'flow lane',
    changed: 'flow lane',
    mind: 'It is the pointer; see Flows.',
    source: 'MDAPI, FlowDefinition',
    sure: true,
  },
  FlowTest: { ...plain, source: 'MDAPI, FlowTest', sure: true },
  GlobalValueSet: {
    ...plain,
    changed: 'additive',
    mind: 'Values that the deployment added are deactivated, not deleted. Goes back before the records.',
    source: 'MDAPI, GlobalValueSet; CustomValue',
    sure: true,
  },
  Group: { ...plain, mind: 'Cannot go while sharing rules use it.', source: 'MDAPI', sure: false },
  InstalledPackage: {
    ...byHand('Uninstall the package, or install the former version if its publisher allows.'),
    source: 'MDAPI',
    sure: true,
  },
  Layout: {
    ...plain,
    ...onlyShown,
    mind: 'The last layout of an object, and one that is assigned, cannot be deleted.',
    source: 'MDAPI, Layout',
    sure: false,
  },
  LightningComponentBundle: {
    ...plain,
    ...onlyShown,
    mind: 'Cannot go while a page uses it.',
    source: 'MDAPI',
    sure: true,
  },
  ListView: { ...plain, ...onlyShown, source: 'MDAPI, ListView', sure: true },
  MatchingRule: {
    ...offFirst('ruleStatus', 'Inactive'),
    mind: 'The org switches it on and off in the background, which may take a while. It cannot be switched off or go while a duplicate rule uses it, so it goes after those. If the org refuses to change an active one: deactivate it in Setup first.',
    source: 'MDAPI, MatchingRule: ruleStatus',
    sure: false,
  },
  MilestoneType: { ...byHand('Rename it in Setup; it cannot be deleted once used.'), source: 'MDAPI', sure: false },
  MutingPermissionSet: {
    ...plain,
    mind: 'What a group mutes. It is compared and deployed as a whole, not row by row; the org works out its group anew.',
    source: 'MDAPI, MutingPermissionSet',
    sure: true,
  },
  NamedCredential: {
    ...plain,
    loses: { recreated: 'its password or token' },
    source: 'MDAPI, NamedCredential',
    sure: true,
  },
  Network: {
    ...switchedOff('status', 'DownForMaintenance', 'No one can delete it: it stays in Setup, Digital Experiences.'),
    source: 'MDAPI, Network: status',
    sure: false,
  },
  PermissionSetGroup: {
    ...plain,
    mind: 'Cannot be deleted while it is assigned.',
    source: 'MDAPI, PermissionSetGroup',
    sure: false,
  },
  Profile: {
    ...byHand('Delete a custom profile in Setup after moving its users.'),
    changed: 'additive',
    partial: true,
    mind: 'A retrieve gives only what concerns the other components in scope; access that was added stays after a deployment.',
    source: 'MDAPI, Profile',
    sure: true,
  },
  Queue: { ...plain, mind: 'Cannot go while it owns records.', source: 'MDAPI, Queue', sure: false },
  RecordType: {
    ...switchedOff('active', 'false', 'Delete it in Setup once no record and no profile uses it.'),
    mind: 'Goes back before the records. One that is the default of a profile cannot be switched off: restore the profile with it.',
    source: 'DEPLOY, "Cannot delete record type through API"; MDAPI, RecordType: active',
    sure: true,
  },
  RemoteSiteSetting: { ...plain, source: 'MDAPI', sure: true },
  Report: {
    ...plain,
    ...onlyShown,
    mind: 'Stands in a folder; a wildcard does not cover it.',
    source: 'MDAPI, Report',
    sure: true,
  },
  ReportType: { ...plain, ...onlyShown, source: 'MDAPI, ReportType', sure: false },
  Role: { ...plain, mind: 'Cannot go while users have it.', source: 'MDAPI, Role', sure: false },
  Settings: {
    ...byHand('Set it back by hand in Setup.'),
    mind: 'An org always has its settings: they can be changed, not created.',
    source: 'MDAPI, Settings',
    sure: true,
  },
  SharingRules: {
    ...plain,
    changed: 'by part',
    mind: 'The org works out sharing anew, which may take a while.',
    source: 'MDAPI, SharingRules',
    sure: true,
  },
  StandardValueSet: {
    ...byHand('Remove the added values in Setup.'),
    changed: 'additive',
    mind: 'Values that the deployment added are deactivated, not deleted. Goes back before the records.',
    source: 'MDAPI, StandardValueSet; CustomValue',
    sure: true,
  },
  StaticResource: { ...plain, source: 'MDAPI', sure: true },
  Translations: {
    ...plain,
    changed: 'additive',
    partial: true,
    mind: 'A retrieve gives only translations of what is named with it: put the labels and flows it translates into the scope, too.',
    source: 'MDAPI, Translations',
    sure: false,
  },
  ValidationRule: { ...plain, mind: 'Goes back before the records.', source: 'MDAPI, ValidationRule', sure: true },
  Workflow: { ...plain, changed: 'by part', source: 'MDAPI, Workflow', sure: true },
  WorkflowRule: {
    ...plain,
    mind: 'Cannot be deleted while its time-based actions wait. Goes back before the records.',
    source: 'HELP, "Considerations for Workflow"',
    sure: false,
  },
};

/** What is known of a type; of a type that is not in the table, what holds for most. */
export function typeFacts(type: string): TypeFacts {
  const known = FACTS[type] ?? (type.endsWith('Settings') ? FACTS.Settings : undefined);
  return known ?? { ...plain, source: 'MDAPI, "Deleting Components from an Organization"', sure: false };
}

/** Every type of the table, by name. */
export const KNOWN_TYPES: readonly string[] = Object.keys(FACTS).sort();
