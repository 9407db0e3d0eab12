import 'graphiql/setup-workers/vite';
import 'graphiql/style.css';
import '@graphiql/plugin-explorer/style.css';
import { useCallback, useEffect, useState, type ReactElement } from 'react';
import { createRoot } from 'react-dom/client';
import { fetchViewer, Refused, type Viewer } from './api';
import { Explorer } from './explorer';
import { SignIn } from './sign-in';
import { forgetToken, keepToken, takeToken } from './token';

const REFUSED = 'The token is not taken any more; it has expired or was revoked.';

function App(): ReactElement | null {
  const [token, setToken] = useState(takeToken);
  const [viewer, setViewer] = useState<Viewer | null>(null);
  const [problem, setProblem] = useState<string | null>(null);

  const signOut = useCallback((why: string | null) => {
    forgetToken();
    setToken(null);
    setViewer(null);
    setProblem(why);
  }, []);
  const onRefused = useCallback(() => {
    signOut(REFUSED);
  }, [signOut]);

  useEffect(() => {
    if (token === null) return;
    fetchViewer(token).then(
      (found) => {
        keepToken(token);
        setViewer(found);
      },
      (error: unknown) => {
        signOut(error instanceof Refused ? error.message : `The server does not answer: ${String(error)}`);
      },
    );
  }, [token, signOut]);

  if (token === null) return <SignIn problem={problem} onToken={setToken} />;
  if (viewer === null) return null;
  return (
    <Explorer
      token={token}
      viewer={viewer}
      onRefused={onRefused}
      onSignOut={() => {
        signOut(null);
      }}
    />
  );
}

/** A link with a token that is opened in a tab which is at this page already changes the fragment alone. */
addEventListener('hashchange', () => {
  location.reload();
});

const root = document.getElementById('graphiql');
if (root === null) throw new Error('index.html has no element to render into');

createRoot(root).render(<App />);
