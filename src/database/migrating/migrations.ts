import { InitSchema } from '../../../migrations/001_init_schema.js';
import { SimplifyLlmConfigs } from '../../../migrations/003_simplify_llm_configs.js';
import { ProductTables } from '../../../migrations/004_product_tables.js';
import { CallLogIndexes } from '../../../migrations/005_call_log_indexes.js';
import { TextSearch } from '../../../migrations/006_text_search.js';
import { AccessTokens } from '../../../migrations/007_access_tokens.js';
import { Usage } from '../../../migrations/008_usage.js';
import { QuickerText } from '../../../migrations/009_quicker_text.js';
import { IdempotencyContent } from '../../../migrations/010_idempotency_content.js';

/** In the order they run. 002 belonged to the older backend and concerned tables outside this product. */
export const migrations = [
  { name: '001_init_schema', class: InitSchema },
  { name: '003_simplify_llm_configs', class: SimplifyLlmConfigs },
  { name: '004_product_tables', class: ProductTables },
  { name: '005_call_log_indexes', class: CallLogIndexes },
  { name: '006_text_search', class: TextSearch },
  { name: '007_access_tokens', class: AccessTokens },
  { name: '008_usage', class: Usage },
  { name: '009_quicker_text', class: QuickerText },
  { name: '010_idempotency_content', class: IdempotencyContent },
];
