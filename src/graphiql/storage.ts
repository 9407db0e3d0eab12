import { createLocalStorage, type Storage } from '@graphiql/toolkit';
import { keptOf, type Entry } from './kept-document';

const TABS = 'graphiql:tabState';

/** Each holds an object with one list of entries, and this is the name of the list. */
const HISTORIES = new Map([
  ['graphiql:queries', 'queries'],
  ['graphiql:favorites', 'favorites'],
]);

/** Copies of what the open tab has, each without the other: nothing tells what such variables belong to. */
const COPIES = new Map([
  ['graphiql:query', 'query'],
  ['graphiql:variables', 'variables'],
]);

interface Tabs {
  tabs: Entry[];
  activeTabIndex: number;
}

/**
 * Keeps tabs and history in the browser, apart from those of another GraphiQL that had this address, as on localhost,
 * and without what may hold a secret; see {@link keptOf}. Answers are not among what GraphiQL keeps.
 */
export function createStorage(): Storage {
  const local = createLocalStorage({ namespace: 'llm-call-log' });
  const storage: Storage = {
    ...local,
    getItem: (name) => {
      const field = COPIES.get(name);
      return field === undefined ? local.getItem(name) : ofOpenTab(local.getItem(TABS), field);
    },
    setItem: (name, value) => {
      const kept = withoutSecrets(name, value);
      if (kept === null) local.removeItem(name);
      else local.setItem(name, kept);
    },
    get length() {
      return local.length;
    },
  };
  // What is there may have been kept before this was as strict.
  for (const name of [TABS, ...HISTORIES.keys(), ...COPIES.keys()]) {
    const value = local.getItem(name);
    if (value !== null) storage.setItem(name, value);
  }
  return storage;
}

function ofOpenTab(stored: string | null, field: string): string | null {
  if (stored === null) return null;
  const { tabs, activeTabIndex } = JSON.parse(stored) as Tabs;
  return (tabs[activeTabIndex]?.[field] ?? null) as string | null;
}

/** What is kept of a value; null for nothing. */
function withoutSecrets(name: string, value: string): string | null {
  if (COPIES.has(name)) return null;
  if (name === TABS) return withoutSecretTabs(JSON.parse(value) as Tabs);
  const list = HISTORIES.get(name);
  if (list === undefined) return value;
  const entries = (JSON.parse(value) as Record<string, Entry[]>)[list] ?? [];
  return JSON.stringify({ [list]: entries.flatMap((entry) => keptOf(entry) ?? []) });
}

function withoutSecretTabs({ tabs, activeTabIndex }: Tabs): string | null {
  const kept = tabs.map(keptOf);
  const open = kept.slice(0, activeTabIndex).filter((tab) => tab !== undefined).length;
  const rest = kept.filter((tab) => tab !== undefined);
  if (rest.length === 0) return null;
  return JSON.stringify({ tabs: rest, activeTabIndex: Math.min(open, rest.length - 1) });
}
