import {readFileSync} from 'node:fs';

/** The last error in a runtime's `--log-format json` file; undefined if it wrote none. */
export function runtimeMessage(file: string): string | undefined {
	return readLines(file)
		.map(parseLine)
		.findLast(message => message !== undefined);
}

function readLines(file: string): string[] {
	try {
		return readFileSync(file, 'utf8').split('\n');
	} catch {
		return [];
	}
}

function parseLine(line: string): string | undefined {
	try {
		const record = JSON.parse(line) as {level?: unknown; msg?: unknown};
		return record.level === 'error' || record.level === 'fatal' ? String(record.msg) : undefined;
	} catch {
		return undefined;
	}
}
