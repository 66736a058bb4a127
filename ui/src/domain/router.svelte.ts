/** A section of the window, in the order of the sidebar and of mod+1 … mod+5. */
export const sections = ['environments', 'live', 'history', 'connections', 'settings'] as const;
export type Section = (typeof sections)[number];

/** What the window shows. */
export type Route =
  | { section: 'environments' }
  /** Empty names are picked on the page; `from` is the environment whose version is to be released. */
  | { section: 'newRelease'; application: string; environment: string; from?: string }
  | { section: 'live'; release: string | null }
  /** `find` are words that the list begins filtered with; `at` is the moment at which the whole screen is replayed. */
  | { section: 'history'; release: string | null; find?: string; at?: number }
  | { section: 'connections' }
  | { section: 'settings' };

const keep = (part: string): string => encodeURIComponent(part);

/** The address of a place, after `#`. */
export function addressOf(route: Route): string {
  switch (route.section) {
    case 'newRelease':
      return ['/new', route.application, route.environment, route.from ?? '']
        .map((part, index) => (index === 0 ? part : keep(part)))
        .join('/')
        .replace(/\/+$/, '');
    case 'history':
      if (route.release === null && route.find) return `/history//${keep(route.find)}`;
      if (route.release !== null && route.at !== undefined) return `/history/${keep(route.release)}/at/${route.at}`;
      return route.release === null ? '/history' : `/history/${keep(route.release)}`;
    case 'live':
      return route.release === null ? `/${route.section}` : `/${route.section}/${keep(route.release)}`;
    default:
      return `/${route.section}`;
  }
}

/** The place of an address; the environments for one that is not known. */
export function routeOf(address: string): Route {
  const [first = '', second, third, fourth] = address
    .replace(/^#?\/?/, '')
    .split('/')
    .map(decodeURIComponent);
  if (first === 'new') {
    const route = { section: 'newRelease', application: second ?? '', environment: third ?? '' } as const;
    return fourth ? { ...route, from: fourth } : route;
  }
  if (first === 'history' && !second && third) return { section: first, release: null, find: third };
  if (first === 'history' && second && third === 'at') {
    const at = Number(fourth);
    return { section: first, release: second, ...(Number.isFinite(at) ? { at } : {}) };
  }
  if (first === 'live' || first === 'history') return { section: first, release: second || null };
  if (first === 'connections' || first === 'settings') return { section: first };
  return { section: 'environments' };
}

/** Where the window is. */
class Router {
  route = $state<Route>(routeOf(location.hash));

  constructor() {
    window.addEventListener('hashchange', () => {
      this.route = routeOf(location.hash);
    });
  }

  /** Goes somewhere else. */
  go(route: Route): void {
    this.route = route;
    const address = `#${addressOf(route)}`;
    if (location.hash !== address) location.hash = address;
  }

  /** Goes to a section. */
  goTo(section: Section): void {
    this.go(section === 'live' || section === 'history' ? { section, release: null } : { section });
  }

  /** The section that the sidebar marks. */
  get section(): Section {
    return this.route.section === 'newRelease' ? 'environments' : this.route.section;
  }
}

/** The one router of the window. */
export const router = new Router();
