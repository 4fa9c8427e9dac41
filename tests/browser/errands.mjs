// errands.mjs: the list, in the order in which they run; later ones use what earlier ones left.
// SPDX-License-Identifier: Apache-2.0
import * as access from './errands_access.mjs';
import * as agency from './errands_agency.mjs';
import * as allPages from './errands_all_pages.mjs';
import * as bulk from './errands_bulk.mjs';
import * as candidate from './errands_candidate.mjs';
import * as employer from './errands_employer.mjs';
import * as kazakhstan from './errands_kazakhstan.mjs';
import * as keyboard from './errands_keyboard.mjs';
import * as law from './errands_law.mjs';
import * as ministry from './errands_ministry.mjs';
import * as office from './errands_office.mjs';
import * as notices from './errands_notices.mjs';
import * as open from './errands_open.mjs';
import * as provider from './errands_provider.mjs';
import * as rounds from './errands_rounds.mjs';
import * as rights from './errands_rights.mjs';
import * as webhook from './errands_webhook.mjs';

export const ERRANDS = [
  ...allPages.PICTURE_ERRANDS, // of the demo as it is loaded
  ...keyboard.ERRANDS,
  ...open.FIRST,
  ...rounds.ERRANDS,
  ...candidate.ERRANDS,
  ...agency.ERRANDS,
  ...employer.ERRANDS,
  ...office.ERRANDS,
  ...kazakhstan.ERRANDS,
  ...ministry.ERRANDS,
  ...bulk.ERRANDS,
  ...rights.ERRANDS,
  ...law.ERRANDS,
  ...access.ERRANDS,
  ...provider.ERRANDS,
  ...notices.ERRANDS,
  ...webhook.ERRANDS,
  ...open.ANYBODY,
  ...allPages.ERRANDS,
  ...access.LAST,
];
