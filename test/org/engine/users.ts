import type { OrgUser, UserRights } from './contracts.js';
import { to18 } from './ids.js';

const everything: UserRights = {
  modifyAllData: true,
  viewAllData: true,
  viewEncryptedData: true,
  bulkHardDelete: false,
  authorApex: true,
  hiddenFields: new Set<string>(),
  hiddenObjects: new Set<string>(),
  hiddenRows: new Set<string>(),
};

/** A user to start with. `rights` overrides single rights of a full administrator. */
export interface UserSeed {
  readonly name: string;
  readonly username: string;
  /** 15 or 18 characters; made up when left out. */
  readonly id?: string;
  readonly active?: boolean;
  readonly rights?: Partial<UserRights>;
}

/** The people every practice org knows: the administrator who runs commands, the deployment user, a colleague. */
export const practicePeople: readonly UserSeed[] = [
  { name: 'Ada Admin', username: 'ada.admin@brightcup.example', id: '0055g000001AdaQ' },
  { name: 'Dov Deployer', username: 'dov.deployer@brightcup.example', id: '0055g000001DovR' },
  { name: 'Cleo Colleague', username: 'cleo.colleague@brightcup.example', id: '0055g000001CleS' },
];

export function makeUser(orgId: string, seed: UserSeed, fallbackId: string): OrgUser {
  const id = to18(seed.id ?? fallbackId);
  if (id === undefined) throw new Error(`not a user id: ${seed.id ?? fallbackId}`);
  return {
    id,
    username: seed.username,
    name: seed.name,
    email: seed.username,
    token: `${orgId.slice(0, 15)}!AQ.${id.slice(9, 15)}.practice`,
    active: seed.active ?? true,
    rights: { ...everything, ...seed.rights },
  };
}
