import { common } from './common';
import { health } from './health';
import { history } from './history';
import { live } from './live';
import { reasons } from './reasons';
import { records } from './records';
import { said } from './said';
import { shell } from './shell';

/** English. */
export const en = { common, health, history, live, reasons, records, said, shell };
