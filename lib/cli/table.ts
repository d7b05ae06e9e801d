import {cellsOf, cutEnd, padEnd, padStart} from './cells.ts';
import {oneLine} from './one-line.ts';

/** A column of a table. */
export interface Column {
	readonly head: string;
	/** Of numbers. */
	readonly right?: boolean;
	/** At least so many cells. */
	readonly min?: number;
	/** The one that gives way where the table is wider than the terminal. */
	readonly flexible?: boolean;
}

export interface TableOptions {
	/** Cells of the terminal; absent: nothing is cut. */
	readonly width?: number | undefined;
	readonly ellipsis: string;
}

/** Two blanks between columns, upper-case heads, numbers right, text left, no lines drawn. A cell is one line, whoever wrote it. */
export function tableLines(
	columns: readonly Column[],
	rows: readonly (readonly string[])[],
	options: TableOptions,
): readonly string[] {
	const cells = rows.map(row => row.map(oneLine));
	const widths = columnWidths(columns, cells, options);
	return [columns.map(({head}) => head), ...cells].map(row =>
		columns
			.map((column, at) => {
				const cell = cutEnd(row[at] ?? '', widths[at] ?? 0, options.ellipsis);
				return column.right ? padStart(cell, widths[at] ?? 0) : padEnd(cell, widths[at] ?? 0);
			})
			.join('  ')
			.trimEnd(),
	);
}

function columnWidths(
	columns: readonly Column[],
	rows: readonly (readonly string[])[],
	{width}: TableOptions,
): readonly number[] {
	const natural = columns.map(({head, min = 0}, at) =>
		Math.max(min, cellsOf(head), ...rows.map(row => cellsOf(row[at] ?? ''))),
	);
	const whole = natural.reduce((sum, one) => sum + one + 2, -2);
	if (width === undefined || whole <= width) return natural;
	return natural.map((one, at) => (columns[at]?.flexible ? Math.max(12, one - (whole - width)) : one));
}
