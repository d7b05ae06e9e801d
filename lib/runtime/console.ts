import {closeSync, constants, openSync, readFileSync} from 'node:fs';
import {copyTerminalSize} from '../linux/terminal-size.ts';

/** It must not become the terminal of this process, nor keep it waiting, whatever the container put there. */
const careful = constants.O_RDWR | constants.O_NOCTTY | constants.O_NONBLOCK;

/**
 * Gives the terminal of a container the size of ours, `terminal`: crun 1.8 does so only at the start. `pidFile` is where the runtime
 * wrote the id of its first process. A container that is not there yet, or no more, has no terminal.
 */
export function resizeConsole(pidFile: string, terminal: number): void {
	let console: number | undefined;
	try {
		console = openSync(`/proc/${readFileSync(pidFile, 'utf8').trim()}/root/dev/console`, careful);
		copyTerminalSize(terminal, console);
	} catch {
		// It keeps the size that it has.
	} finally {
		if (console !== undefined) closeSync(console);
	}
}
