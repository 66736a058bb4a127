import type { en } from '../en';
import { common } from './common';
import { connections } from './connections';
import { environments } from './environments';
import { health } from './health';
import { history } from './history';
import { live } from './live';
import { newRelease } from './new-release';
import { reasons } from './reasons';
import { records } from './records';
import { said } from './said';
import { settings } from './settings';
import { shell } from './shell';
import { sources } from './sources';

/** Simplified Chinese. */
export const zh: typeof en = {
  common,
  connections,
  environments,
  health,
  history,
  live,
  newRelease,
  reasons,
  records,
  said,
  settings,
  shell,
  sources,
};
