import { page } from './page.js';
import type { Target } from '../targets.js';

const TARGETS: readonly Target[] = [
  { figure: "times PostGraphile's requests a second", atLeast: 1.5 },
  { figure: "times PostGraphile's CPU time a request", atMost: 0.55 },
  { figure: "times bare's requests a second", atLeast: 0.7 },
];

export const newestPage = page({ name: 'page of 50 with group names', targets: TARGETS });

export const newestPageWithBodies = page({
  name: 'page of 50 with all bodies',
  bodies: true,
  targets: TARGETS,
});
