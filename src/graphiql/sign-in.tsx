import type { SyntheticEvent, ReactElement } from 'react';

/** Asks for a token. */
export function SignIn(props: { problem: string | null; onToken: (token: string) => void }): ReactElement {
  const submit = (event: SyntheticEvent<HTMLFormElement>) => {
    event.preventDefault();
    const token = new FormData(event.currentTarget).get('token');
    if (typeof token === 'string' && token.trim() !== '') props.onToken(token.trim());
  };
  return (
    <form className="sign-in" onSubmit={submit}>
      <h1>llm-call-log</h1>
      <p>
        To explore the API, sign in with an access token. The server printed the first one when it was first
        started; <code>npm run token -- create</code> makes others.
      </p>
      <label htmlFor="token">Access token</label>
      <input id="token" name="token" type="password" autoComplete="off" autoFocus required />
      {props.problem !== null && <p role="alert">{props.problem}</p>}
      <button type="submit">Sign in</button>
    </form>
  );
}
