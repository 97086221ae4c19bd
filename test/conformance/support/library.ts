import { Connection } from '@jsforce/jsforce-node';
import type { PracticeOrg } from '../../org/engine/practiceOrg.js';
import { startPracticeOrg, type RunningOrg } from '../../org/http/server.js';
import { brightcup } from '../../org/seed/brightcup.js';
import { seedId } from '../../org/seed/seedIds.js';

/** A seeded org for each test and the client library logged in to it. */
export interface LibraryStage {
  readonly org: PracticeOrg;
  readonly running: RunningOrg;
  readonly ada: Connection;
  connect(name: string, to?: RunningOrg): Connection;
  /** The Id of a price rule of the seed. */
  rule(number: number): string;
}

/** Sets the stage before each test of the suite and takes it down after it. */
export function libraryStage(): LibraryStage {
  let org: PracticeOrg;
  let running: RunningOrg;
  let ada: Connection;
  const connect = (name: string, to: RunningOrg = running): Connection =>
    new Connection({ accessToken: to.tokens[name] ?? '', instanceUrl: to.url, version: '66.0', maxRequest: 10 });
  beforeEach(async () => {
    ({ org } = brightcup());
    org.switches.jobPolls = 0;
    running = await startPracticeOrg({ org });
    ada = connect('Ada Admin');
    ada.bulk2.pollInterval = 10;
  });
  afterEach(() => running.close());
  return {
    get org() {
      return org;
    },
    get running() {
      return running;
    },
    get ada() {
      return ada;
    },
    connect,
    rule: (number) => seedId(org, 'SBQQ__PriceRule__c', number),
  };
}

/** The code of the refusal that this ends with. */
export function codeOf(work: PromiseLike<unknown>): Promise<string> {
  return Promise.resolve(work).then(
    () => 'no refusal',
    (error: { errorCode?: string; name?: string }) => error.errorCode ?? error.name ?? ''
  );
}
