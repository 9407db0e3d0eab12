import { Type } from '@mikro-orm/postgresql';
import type { Timestamp } from '../graphql/timestamp.js';

/** A TIMESTAMP column as the text that PostgreSQL prints: a Date would drop microseconds and mind time zones. */
export class TimestampType extends Type<Timestamp, string> {
  override getColumnType(): string {
    return 'timestamp';
  }

  override compareAsType(): string {
    return 'string';
  }
}
