/**
 * A mistake of whoever runs the command: the message is one or more complete sentences for them,
 * printed as it is, without a stack.
 */
export class OperatorError extends Error {
  override name = 'OperatorError';
}
