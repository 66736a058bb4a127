import { plural } from './plural';

export const common = {
  cancel: 'Cancel',
  close: 'Close',
  copy: 'Copy',
  copied: 'Copied',
  copyDetails: 'Copy details',
  retry: 'Retry',
  open: 'Open',
  back: 'Back',
  loading: 'Loading',
  whatHappened: 'What happened',
  whatToDo: 'What to do',
  approx: (value: string) => `≈${value}`,
  list: (items: string[]) => items.join(', '),
  pods: (count: number) => plural(count, 'pod'),
  environmentDanger: {
    practice: 'Practice cluster',
    development: 'Development',
    staging: 'Staging',
    production: 'Production',
  },
  you: 'You',
  unknown: 'Unknown',
  none: 'None',
  keepHolding: (seconds: string) => `Keep holding, ${seconds} s`,
  pressAgain: 'Press again to confirm',
};
