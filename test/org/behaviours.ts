export const behaviours = {} as Record<string, { says: string; section: string }>;
export type BehaviourId = string;
