import { explorerPlugin } from '@graphiql/plugin-explorer';
import { createGraphiQLFetcher } from '@graphiql/toolkit';
import { GraphiQL, HISTORY_PLUGIN } from 'graphiql';
import { useMemo, type ReactElement } from 'react';
import { API, fetchWith, type Viewer } from './api';
import overview from './overview.graphql?raw';
import { createStorage } from './storage';

const storage = createStorage();

const PLUGINS = [HISTORY_PLUGIN, explorerPlugin()];

/** The panels share one scroll position: what opens after the Explorer would begin in its middle. */
function scrollPanelToTop(): void {
  requestAnimationFrame(() => document.querySelector('.graphiql-plugin')?.scrollTo(0, 0));
}

interface Props {
  token: string;
  viewer: Viewer;
  /** The token is not taken any more. */
  onRefused: () => void;
  onSignOut: () => void;
}

/** GraphiQL for whoever is signed in. */
export function Explorer({ token, viewer, onRefused, onSignOut }: Props): ReactElement {
  const fetcher = useMemo(() => {
    const send = fetchWith(token);
    return createGraphiQLFetcher({
      url: API,
      fetch: async (input, init) => {
        const response = await send(input, init);
        if (response.status === 401) onRefused();
        return response;
      },
    });
  }, [token, onRefused]);
  return (
    <>
      <header className="caller">
        <span>
          Signed in as <strong>{viewer.name}</strong>
        </span>
        <span>{viewer.scopes.join(', ')}</span>
        {viewer.groupIds !== null && <span>groups {viewer.groupIds.join(', ')} only</span>}
        <button type="button" onClick={onSignOut}>
          Sign out
        </button>
      </header>
      <GraphiQL
        fetcher={fetcher}
        storage={storage}
        plugins={PLUGINS}
        defaultTabs={[{ query: overview }]}
        isHeadersEditorEnabled={false} // a token typed there would stay in the browser's history of queries
        onTogglePluginVisibility={scrollPanelToTop}
      />
    </>
  );
}
