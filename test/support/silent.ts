import { format } from 'node:util';
import { afterEach, beforeEach, expect, jest } from '@jest/globals';
import 'reflect-metadata';

const METHODS = ['log', 'info', 'warn', 'error', 'debug'] as const;
let said: string[] = [];

/** Tests are silent: what reaches the console is a mistake, and fails the test that caused it. */
beforeEach(() => {
  said = [];
  for (const method of METHODS) {
    jest.spyOn(console, method).mockImplementation((...words: unknown[]) => void said.push(format(...words)));
  }
});

afterEach(() => {
  jest.restoreAllMocks();
  expect(said).toEqual([]);
});
