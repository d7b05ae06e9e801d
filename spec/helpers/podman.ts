import {readFileSync} from 'node:fs';
import {join} from 'node:path';

/** Ends the process that podman leaves behind to keep a user's namespace. `runtime` is what XDG_RUNTIME_DIR said. */
export function endPodman(runtime: string): void {
	try {
		process.kill(Number(readFileSync(join(runtime, 'libpod/tmp/pause.pid'), 'utf8')), 'SIGKILL');
	} catch {
		// There is none.
	}
}
