import type { Component } from 'svelte';
import type { Shell } from '../backend/generated/view';
import type { Route } from '../domain/router.svelte';
import Connections from '../views/connections/Connections.svelte';
import Environments from '../views/environments/Environments.svelte';
import FirstRun from '../views/first-run/FirstRun.svelte';
import History from '../views/history/History.svelte';
import ReplayPage from '../views/history/ReplayPage.svelte';
import Live from '../views/live/Live.svelte';
import NewRelease from '../views/new-release/NewRelease.svelte';
import Settings from '../views/settings/Settings.svelte';

/** The view for a place. Without any environment there is nothing to show but the first run. */
export function viewFor(route: Route, shell: Shell | null): Component {
  switch (route.section) {
    case 'environments':
      return shell && !shell.hasEnvironments ? FirstRun : Environments;
    case 'newRelease':
      return NewRelease;
    case 'live':
      return Live;
    case 'history':
      return route.at === undefined ? History : ReplayPage;
    case 'connections':
      return shell && !shell.hasEnvironments ? FirstRun : Connections;
    case 'settings':
      return Settings;
  }
}
