import type {Shell} from '../shell.ts';
import type {Reporter, ReportOptions} from './reporter.ts';

export function ttyReporter(_options: ReportOptions, _shell: Shell): Reporter {
	throw new Error('not yet');
}
