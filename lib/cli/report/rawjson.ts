import type {Reporter} from './reporter.ts';

/** One event a line, as JSON (UX.md 2.10). */
export function rawjsonReporter(write: (text: string) => void): Reporter {
	return {
		event: event => write(`${JSON.stringify(event)}\n`),
		tick() {},
		stopping() {},
		end() {},
	};
}
