// errands.mjs: the list, in the order in which they run; later ones use what earlier ones left.
// SPDX-License-Identifier: Apache-2.0
import * as candidate from './errands_candidate.mjs';
import * as open from './errands_open.mjs';

export const ERRANDS = [
  ...open.FIRST,
  ...candidate.ERRANDS,
  ...open.ANYBODY,
];
