import { expect } from 'chai';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { proves } from './support/proves.js';
import { setStage, type Stage } from './support/stage.js';
import { twoAtATime } from './support/twoAtATime.js';

describe('stock sf reads the metadata of a practice org', () => {
  let stage: Stage;
  let answers: Record<keyof ReturnType<typeof commands>, Promise<any>>;

  const commands = (at: Stage) => ({
    types: () => at.sf(['org', 'list', 'metadata-types']),
    list: () => at.sf(['org', 'list', 'metadata', '-m', 'ApexClass']),
    zip: () =>
      at.sf([
        'project',
        'retrieve',
        'start',
        '-m',
        'Flow:Machine_Finder-1',
        'ApexClass:Nobody',
        '--target-metadata-dir',
        'mdapi',
        '--unzip',
      ]),
    profile: () =>
      at.sf([
        'project',
        'retrieve',
        'start',
        '-m',
        'Profile:Admin',
        'ApexClass:MachineSizing',
        '--target-metadata-dir',
        'overlay',
        '--unzip',
      ]),
    source: async () => {
      await at.cli.run(['project', 'generate', 'manifest', '--from-org', 'practice', '--name', 'all', '--json']);
      return at.sf(['project', 'retrieve', 'start', '-x', 'all.xml']);
    },
  });

  before(async () => {
    stage = await setStage();
    answers = twoAtATime(commands(stage));
  });
  after(() => stage.close());

  const text = (...parts: string[]): string => readFileSync(join(stage.place.cwd, ...parts), 'utf8');
  const filesBelow = (...parts: string[]): string[] =>
    readdirSync(join(stage.place.cwd, ...parts), { recursive: true, encoding: 'utf8' });

  it(
    'lists types and components',
    proves('sf', ['metadata.types', 'metadata.list'], async () => {
      const types = (await answers.types).metadataObjects.map((type: any) => type.xmlName);
      expect(types).to.include.members([
        'ApexClass',
        'CustomObject',
        'Flow',
        'PermissionSet',
        'Profile',
        'Layout',
        'CustomLabels',
      ]);
      expect((await answers.list).map((one: any) => [one.fullName, one.lastModifiedByName])).to.have.deep.members(
        stage.side.components.ofType('ApexClass').map((one) => [one.fullName, stage.org.firstUser.name])
      );
    })
  );

  it(
    'makes a manifest of the whole org and retrieves each type by it',
    proves('sf', ['metadata.manifest', 'metadata.retrieve'], async () => {
      await answers.source;
      const manifest = text('all.xml');
      const files = filesBelow('force-app').join('\n');
      const seeded = {
        ApexClass: 'classes/%.cls',
        Layout: 'layouts/%.layout',
        PermissionSet: 'permissionsets/%.permissionset',
        Profile: 'profiles/%.profile',
        CustomPermission: 'customPermissions/%.custom',
        CustomTab: 'tabs/%.tab',
        RemoteSiteSetting: 'remoteSiteSettings/%.remoteSite',
      };
      for (const [type, path] of Object.entries(seeded)) {
        const components = stage.side.components.ofType(type).filter((one) => !one.managed);
        expect(components, type).to.not.have.lengthOf(0);
        for (const { fullName } of components) {
          expect(manifest, type).to.include(`<members>${fullName}</members>`);
          expect(files, type).to.include(path.replace('%', fullName));
        }
      }
      for (const flow of stage.side.flows.all().filter((one) => !one.managed)) {
        expect(files)
          .to.include(`flows/${flow.name}.flow-meta.xml`)
          .and.to.include(`flowDefinitions/${flow.name}.flowDefinition`);
      }
      for (const part of [
        'fields/Visit_Date__c',
        'validationRules/Date_Once_Confirmed',
        'listViews/All',
        'Installation_Visit__c.object',
      ])
        expect(files).to.include(`Installation_Visit__c/${part}`);
      expect(text('force-app/main/default/labels/CustomLabels.labels-meta.xml')).to.include(
        'This discount needs a manager.'
      );
      expect(text('force-app/main/default/classes/MachineSizing.cls')).to.include('class MachineSizing');
    })
  );

  it(
    'retrieves a zip, and hears which members are not there',
    proves('sf', ['metadata.retrieveZip', 'metadata.unknownMember'], async () => {
      const { messages } = await answers.zip;
      expect(JSON.stringify(messages)).to.include("named 'Nobody' cannot be found");
      const file = filesBelow('mdapi').find((path) => path.endsWith('Machine_Finder-1.flow'));
      expect(text('mdapi', String(file))).to.include('<label>Machine Finder</label>');
    })
  );

  it(
    'retrieves of a profile what the request names',
    proves('sf', ['metadata.partialProfile'], async () => {
      await answers.profile;
      const file = filesBelow('overlay').find((path) => path.endsWith('Admin.profile'));
      const profile = text('overlay', String(file));
      expect(profile)
        .to.include('<apexClass>MachineSizing</apexClass>')
        .and.to.not.include('<apexClass>DiscountLimits</apexClass>');
      expect(profile).to.not.include('<field>');
    })
  );
});
