import {constants} from 'node:os';

/**
 * Signals that a program dies of and does not exit with. A runtime reports both as 128 + number; codes such as 129
 * (git's usage error) or 130 stay numbers.
 */
const deadly = ['SIGILL', 'SIGABRT', 'SIGBUS', 'SIGFPE', 'SIGKILL', 'SIGSEGV', 'SIGTERM', 'SIGSYS'] as const;

/** How the program ended, from the exit code of its runtime. */
export function statusOf(exitCode: number): number | NodeJS.Signals {
	return deadly.find(name => constants.signals[name] + 128 === exitCode) ?? exitCode;
}
