import type { Secret } from './secret.js';

/** The form of the keys of one provider. */
interface KeyForm {
  /** What a marker calls it. */
  kind: string;
  /** Source of a regular expression that takes time proportional to its input: no part of it is tried twice. */
  form: string;
  /** Tells a key from what merely has the form. */
  accepts?: (text: string) => boolean;
}

/**
 * The forms of keys and tokens that tell by themselves whose they are, as the providers document them. Of two that fit,
 * the first counts. Those without a prefix of their own (Mistral, Cohere, Azure) are known by the name before them.
 */
const FORMS: readonly KeyForm[] = [
  { kind: 'llm-call-log token', form: 'lcl_[\\w-]{43}' },
  { kind: 'anthropic key', form: 'sk-ant-[\\w-]{16,}' },
  { kind: 'openrouter key', form: 'sk-or-[\\w-]{16,}', accepts: isNoPhrase },
  { kind: 'langfuse key', form: 'sk-lf-[\\w-]{16,}', accepts: isNoPhrase },
  { kind: 'openai key', form: '(?:sk-(?:proj|svcacct|admin)-[\\w-]{16,}|sess-\\w{40})', accepts: isNoPhrase },
  { kind: 'deepseek key', form: '(?<![\\w-])sk-[0-9a-f]{32}(?![\\w-])' },
  { kind: 'openai key', form: '(?<![\\w-])sk-[\\w-]{16,}', accepts: looksDrawn },
  { kind: 'google key', form: 'AIza[\\w-]{35}' },
  { kind: 'google key', form: 'AQ\\.A[\\w-]{30,}' },
  { kind: 'google secret', form: 'GOCSPX-[\\w-]{20,}' },
  { kind: 'google token', form: 'ya29\\.[\\w-]{20,}' },
  { kind: 'aws key id', form: '(?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}(?![A-Za-z0-9])' },
  { kind: 'aws key', form: '(?:ABSK|bedrock-api-key-)[A-Za-z0-9+/]{80,}' },
  { kind: 'azure key', form: '[A-Za-z0-9]{52}JQQJ99[A-Za-z0-9]{26}(?![A-Za-z0-9])' },
  { kind: 'azure secret', form: '[\\w~.]{3}\\dQ~[\\w~.-]{34}' },
  { kind: 'github token', form: 'gh[pousr]_[\\w.-]{36,}' },
  { kind: 'github token', form: 'github_pat_\\w{22,}' },
  { kind: 'gitlab token', form: 'gl(?:pat|dt|rt|ptt|oas|cbt|imt|agent)-[\\w.-]{20,}' },
  { kind: 'slack token', form: '(?:xox[a-z](?:\\.xox[a-z])?|xapp)-[A-Za-z0-9-]{10,}', accepts: isNoPhrase },
  { kind: 'slack webhook', form: 'hooks\\.slack\\.com/(?:services|workflows|triggers)/[A-Za-z0-9/]{20,}' },
  { kind: 'stripe key', form: '[sr]k_(?:live|test)_[A-Za-z0-9]{16,}' },
  { kind: 'stripe secret', form: 'whsec_[A-Za-z0-9+/]{24,}' },
  { kind: 'huggingface token', form: 'hf_[A-Za-z0-9]{30,}' },
  { kind: 'huggingface token', form: 'api_org_[A-Za-z0-9]{30,}' },
  { kind: 'groq key', form: 'gsk_[A-Za-z0-9]{32,}' },
  { kind: 'xai key', form: 'xai-[A-Za-z0-9]{32,}' },
  { kind: 'perplexity key', form: 'pplx-[A-Za-z0-9]{32,}' },
  { kind: 'replicate token', form: 'r8_[A-Za-z0-9]{32,}' },
  { kind: 'together key', form: 'tgp_v1_[\\w-]{32,}' },
  { kind: 'fireworks key', form: 'fw_[A-Za-z0-9]{20,}' },
  { kind: 'cerebras key', form: 'csk-[a-z0-9]{32,}' },
  { kind: 'nvidia key', form: 'nvapi-[\\w-]{40,}' },
  { kind: 'voyage key', form: 'pa-[\\w-]{40,}', accepts: looksDrawn },
  { kind: 'jina key', form: 'jina_[\\w-]{40,}' },
  { kind: 'tavily key', form: 'tvly-(?:dev-|prod-)?[A-Za-z0-9-]{20,}', accepts: isNoPhrase },
  { kind: 'langsmith key', form: 'lsv2_(?:pt|sk)_\\w{32,}' },
  { kind: 'pinecone key', form: 'pcsk_\\w{40,}' },
  { kind: 'databricks token', form: 'dapi[0-9a-f]{32}(?![0-9a-z])' },
  { kind: 'npm token', form: 'npm_\\w{36}' },
  { kind: 'pypi token', form: 'pypi-AgE[\\w-]{50,}' },
  { kind: 'sendgrid key', form: 'SG\\.[\\w-]{10,}\\.[\\w-]{10,}' },
  { kind: 'shopify token', form: 'shp(?:at|ca|pa|ss)_[A-Za-z0-9]{32,}' },
  { kind: 'linear key', form: 'lin_(?:api|oauth)_\\w{32,}' },
  { kind: 'notion token', form: 'ntn_[A-Za-z0-9]{40,}' },
  { kind: 'figma token', form: 'figd_[\\w-]{40,}' },
  { kind: 'docker token', form: 'dckr_(?:pat|oat)_[\\w-]{27,}' },
  { kind: 'grafana token', form: '(?:glsa_\\w{32,}|glc_[A-Za-z0-9+/]{32,})' },
  { kind: '1password token', form: 'ops_ey[A-Za-z0-9+/]{80,}' },
  { kind: 'vault token', form: 'hv[sbr]\\.[\\w-]{24,}' },
  { kind: 'vercel token', form: 'vc[piark]_[A-Za-z0-9]{20,}' },
  { kind: 'cloudflare token', form: 'cf(?:k|ut|at)_[A-Za-z0-9]{48}' },
  { kind: 'tailscale key', form: 'tskey-[a-z]{2,20}-[\\w-]{20,}' },
  { kind: 'digitalocean token', form: 'do[por]_v1_[0-9a-f]{64}' },
  { kind: 'json web token', form: 'eyJ[\\w-]{8,}\\.eyJ[\\w-]{8,}\\.[\\w-]*' },
];

/** The longest that is looked for. */
const MAX_KEY = 16 * 1024;

const SOURCE = FORMS.map(({ form }) => `(${form})`).join('|');
/** What stands before a key is no part of a word; a mark may be. */
const ANYWHERE = new RegExp(`(?<![A-Za-z0-9])(?:${SOURCE})`, 'g');
const AT_THE_START = new RegExp(`^(?:${SOURCE})`);

/** The keys of providers in a stretch of characters that keys are made of. */
export function findProviderKeys(run: string): Secret[] {
  const found: Secret[] = [];
  ANYWHERE.lastIndex = 0;
  for (let match = ANYWHERE.exec(run); match; match = ANYWHERE.exec(run)) {
    const kind = kindOf(match);
    if (kind !== undefined) found.push({ start: match.index, end: match.index + match[0].length, kind });
  }
  return found;
}

/** The key that a stretch begins with: in a very long one, nothing else is looked for. */
export function providerKeyAtStart(run: string): Secret | undefined {
  const match = AT_THE_START.exec(run.slice(0, MAX_KEY));
  const kind = match && kindOf(match);
  return match && kind != null ? { start: 0, end: match[0].length, kind } : undefined;
}

/** What a text is that is a key of a provider, and nothing besides. */
export function wholeProviderKey(text: string): string | undefined {
  const key = text.length <= MAX_KEY ? providerKeyAtStart(text) : undefined;
  return key?.end === text.length ? key.kind : undefined;
}

function kindOf([whole, ...groups]: RegExpExecArray): string | undefined {
  const form = FORMS[(groups as (string | undefined)[]).findIndex((group) => group !== undefined)];
  return form && (form.accepts?.(whole) ?? true) ? form.kind : undefined;
}

/** Whether it is more than a few words with dashes between them. */
function isNoPhrase(text: string): boolean {
  return /\d|[^-]{20}/.test(text);
}

/** The same, more strictly, where the prefix says little: `sk-learn-pipeline-2` is no key. */
function looksDrawn(text: string): boolean {
  return text.split('-').some((part) => part.length >= 20 || (part.length >= 12 && /\d/.test(part)));
}
