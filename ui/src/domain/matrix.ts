import type { ApplicationRow, Attention, Cell, EnvironmentColumn, Matrix } from '../backend/generated/view';
import type { GlyphKind } from '../shared/Glyph.svelte';
import { releaseGlyph } from './status';

/** Which rows are shown. */
export const rowFilters = ['all', 'running', 'drifted', 'degraded'] as const;
export type RowFilter = (typeof rowFilters)[number];

/** One place of the matrix. */
export interface Place {
  application: string;
  environment: string;
}

/** Cells by their place. */
export function cellsByPlace(matrix: Matrix): Map<string, Cell> {
  return new Map(matrix.cells.map((cell) => [placeKey(cell), cell]));
}

/** A place as a key of a map. */
export function placeKey({ application, environment }: Place): string {
  return `${environment}\n${application}`;
}

/** Whether something is wrong in a cell now. */
export function isDegraded(cell: Cell): boolean {
  return cell.state.kind === 'trouble' || (cell.state.kind === 'release' && cell.state.outcome === 'degraded');
}

function fits(cell: Cell, filter: RowFilter): boolean {
  switch (filter) {
    case 'all':
      return true;
    case 'running':
      return cell.state.kind === 'release';
    case 'drifted':
      return cell.ahead !== null && cell.ahead > 0;
    case 'degraded':
      return isDegraded(cell);
  }
}

/** The rows that a filter and words leave. */
export function rowsFor(matrix: Matrix, filter: RowFilter, text: string): ApplicationRow[] {
  const wanted = text.toLowerCase().split(/\s+/).filter(Boolean);
  const fitting = new Set(matrix.cells.filter((cell) => fits(cell, filter)).map((cell) => cell.application));
  return matrix.applications.filter((row) => {
    if (filter !== 'all' && !fitting.has(row.id)) return false;
    const hay = `${row.name} ${row.partOf ?? ''}`.toLowerCase();
    return wanted.every((word) => hay.includes(word));
  });
}

/** How many rows each filter leaves. */
export function rowCounts(matrix: Matrix): Record<RowFilter, number> {
  const count = (filter: RowFilter): number => rowsFor(matrix, filter, '').length;
  return { all: count('all'), running: count('running'), drifted: count('drifted'), degraded: count('degraded') };
}

/** The cell whose version is to be released into a place: the one that is ahead of it. */
export function aheadInto(matrix: Matrix, place: Place): Cell | null {
  return (
    matrix.cells.find((cell) => cell.application === place.application && cell.aheadOf === place.environment) ?? null
  );
}

/** How one cell is shown. */
export type CellLook = 'plain' | 'running' | 'held' | 'degraded' | 'waiting';

/** Whether only a person's yes is missing. */
export function waitsForPerson(cell: Cell): boolean {
  if (cell.state.kind !== 'release' || cell.state.stage.stage !== 'baking') return false;
  const phase = cell.state.phases[cell.state.phase];
  if (!phase || phase.bakedSeconds < phase.mustBakeSeconds) return false;
  return phase.gates.every((gate) => (gate.gate === 'approval' ? gate.state === 'pending' : gate.state === 'passed'));
}

/** The ground of a cell. */
export function cellLook(cell: Cell): CellLook {
  if (isDegraded(cell)) return 'degraded';
  if (cell.state.kind !== 'release') return 'plain';
  if (cell.state.stage.stage === 'held') return 'held';
  if (cell.state.stage.stage === 'rollingBack') return 'degraded';
  return waitsForPerson(cell) ? 'waiting' : 'running';
}

/** The shape of a cell. Healthy is quiet: a thin tick. */
export function cellGlyph(cell: Cell): GlyphKind {
  switch (cell.state.kind) {
    case 'trouble':
      return 'degraded';
    case 'foreignRollout':
    case 'elsewhere':
      return 'working';
    case 'notDeployed':
    case 'loading':
    case 'forbidden':
      return 'none';
    case 'idle':
      return cell.state.ready ? 'calm' : 'working';
    case 'release':
      return waitsForPerson(cell) ? 'gatePending' : releaseGlyph(cell.state.stage, cell.state.outcome);
  }
}

/** Seconds until the phase may end at the earliest. */
export function secondsLeft(cell: Cell): number | null {
  if (cell.state.kind !== 'release' || cell.state.stage.stage !== 'baking') return null;
  const phase = cell.state.phases[cell.state.phase];
  return phase ? Math.max(0, phase.mustBakeSeconds - phase.bakedSeconds) : null;
}

/** Whether a column's picture is live. What is not live is never shown as if it were. */
export function isOld(column: EnvironmentColumn): boolean {
  return column.contact.state !== 'live';
}

/** The shape of something that needs a person. */
export function attentionGlyph(attention: Attention): GlyphKind {
  return attention.release ? releaseGlyph(attention.release.stage, attention.release.outcome) : 'degraded';
}

/** Where the arrow keys lead from a place; it stays at the edges. */
export function step(rows: string[], columns: string[], from: Place, dx: number, dy: number): Place {
  const clamp = (at: number, count: number): number => Math.min(Math.max(at, 0), count - 1);
  const row = clamp(Math.max(0, rows.indexOf(from.application)) + dy, rows.length);
  const column = clamp(Math.max(0, columns.indexOf(from.environment)) + dx, columns.length);
  return { application: rows[row] ?? from.application, environment: columns[column] ?? from.environment };
}
