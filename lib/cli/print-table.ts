import {printLines} from './print.ts';
import type {Shell} from './shell.ts';
import {type Column, tableLines} from './table.ts';

/** An empty table is its heads on a terminal, and nothing in a pipe. Only a terminal has a width. */
export function printTable(
	columns: readonly Column[],
	rows: readonly (readonly string[])[],
	{stdout, out}: Pick<Shell, 'stdout' | 'out'>,
): void {
	if (rows.length === 0 && !stdout.isTTY) return;
	const width = stdout.isTTY ? stdout.columns : undefined;
	printLines(tableLines(columns, rows, {width, ellipsis: out.symbols.ellipsis}), {stdout});
}
