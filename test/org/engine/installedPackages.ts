import type { FieldSchema, OrgCore, Row, VirtualTable } from './contracts.js';
import { declareObject } from './schema/declareObject.js';
import { readField } from './schema/fieldNotation.js';

export interface InstalledPackage {
  readonly namespace: string;
  readonly name: string;
  readonly version: readonly [number, number, number];
}

const packages: readonly InstalledPackage[] = [
  { namespace: 'SBQQ', name: 'Salesforce CPQ', version: [252, 2, 0] },
  { namespace: 'sbaa', name: 'Advanced Approvals', version: [252, 1, 0] },
];

/** The rows by which a client can tell which packages are installed, and in which version. */
export function installPackageTables(org: OrgCore, installed: readonly InstalledPackage[] = packages): void {
  const rows = installed.map((entry) => ({
    entry,
    packageId: org.newId('033'),
    versionId: org.newId('04t'),
    installId: org.newId('0A3'),
    licenceId: org.newId('050'),
  }));
  const table = (
    name: string,
    keyPrefix: string,
    api: VirtualTable['api'],
    fields: string,
    make: () => Row[]
  ): VirtualTable => ({
    schema: declareObject({
      name,
      keyPrefix,
      nameField: 'none',
      owned: false,
      systemFields: false,
      readOnly: true,
      moreFields: words(fields),
    }),
    api,
    rows: make,
  });
  org.tables.register(
    table(
      'InstalledSubscriberPackage',
      '0A3',
      ['tooling'],
      'SubscriberPackageId-:ref(SubscriberPackage) SubscriberPackageVersionId-:ref(SubscriberPackageVersion)',
      () =>
        rows.map((row) => ({
          Id: row.installId,
          SubscriberPackageId: row.packageId,
          SubscriberPackageVersionId: row.versionId,
        }))
    )
  );
  org.tables.register(
    table(
      'SubscriberPackage',
      '033',
      ['tooling'],
      'Name-:text NamespacePrefix-:text(15) Description-:text IsPackageValid-:check',
      () =>
        rows.map((row) => ({
          Id: row.packageId,
          Name: row.entry.name,
          NamespacePrefix: row.entry.namespace,
          Description: null,
          IsPackageValid: true,
        }))
    )
  );
  org.tables.register(
    table(
      'SubscriberPackageVersion',
      '04t',
      ['tooling'],
      'Name-:text MajorVersion-:int MinorVersion-:int PatchVersion-:int BuildNumber-:int IsBeta-:check IsManaged-:check IsPasswordProtected-:check IsDeprecated-:check Package2ContainerOptions-:pick SubscriberPackageId-:ref(SubscriberPackage)',
      () =>
        rows.map((row) => ({
          Id: row.versionId,
          Name: `${row.entry.name} ${row.entry.version.join('.')}`,
          MajorVersion: row.entry.version[0],
          MinorVersion: row.entry.version[1],
          PatchVersion: row.entry.version[2],
          BuildNumber: 1,
          IsBeta: false,
          IsManaged: true,
          IsPasswordProtected: false,
          IsDeprecated: false,
          Package2ContainerOptions: 'Managed',
          SubscriberPackageId: row.packageId,
        }))
    )
  );
  org.tables.register(
    table(
      'PackageLicense',
      '050',
      ['data'],
      'NamespacePrefix-:text(15) Status-:pick AllowedLicenses-:int UsedLicenses-:int ExpirationDate-:datetime IsProvisioned-:check CreatedDate-:datetime',
      () =>
        rows.map((row) => ({
          Id: row.licenceId,
          NamespacePrefix: row.entry.namespace,
          Status: 'Active',
          AllowedLicenses: 25,
          UsedLicenses: 3,
          ExpirationDate: null,
          IsProvisioned: true,
          CreatedDate: '2024-05-06T07:08:09.000+0000',
        }))
    )
  );
}

function words(fields: string): FieldSchema[] {
  return fields.split(/\s+/).map((word) => readField(word));
}
