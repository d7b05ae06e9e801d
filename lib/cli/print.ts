import type {Shell} from './shell.ts';

/** A result as data: indented, and ended with a line break. */
export function printJson(value: unknown, {stdout}: Pick<Shell, 'stdout'>): void {
	stdout.write(`${JSON.stringify(value, undefined, 2)}\n`);
}

export function printLines(lines: readonly string[], {stdout}: Pick<Shell, 'stdout'>): void {
	if (lines.length > 0) stdout.write(`${lines.join('\n')}\n`);
}
