import 'graphiql/setup-workers/vite';
import 'graphiql/style.css';
import '@graphiql/plugin-explorer/style.css';
import { explorerPlugin } from '@graphiql/plugin-explorer';
import { createGraphiQLFetcher, createLocalStorage } from '@graphiql/toolkit';
import { GraphiQL, HISTORY_PLUGIN } from 'graphiql';
import { createRoot } from 'react-dom/client';
import overview from './overview.graphql?raw';

/** The API answers at the page's own address, whatever a proxy in front of it puts before /graphql. */
const fetcher = createGraphiQLFetcher({ url: location.pathname });

/** Tabs and history apart from those of another GraphiQL that had this address, as on localhost. */
const storage = createLocalStorage({ namespace: 'llm-call-log' });

/** The panels share one scroll position: what opens after the Explorer would begin in its middle. */
function scrollPanelToTop(): void {
  requestAnimationFrame(() => document.querySelector('.graphiql-plugin')?.scrollTo(0, 0));
}

const root = document.getElementById('graphiql');
if (root === null) throw new Error('index.html has no element to render into');

createRoot(root).render(
  <GraphiQL
    fetcher={fetcher}
    storage={storage}
    plugins={[HISTORY_PLUGIN, explorerPlugin()]}
    defaultTabs={[{ query: overview }]}
    onTogglePluginVisibility={scrollPanelToTop}
  />,
);
