import {homedir} from 'node:os';
import {type Style, styleOf} from './style.ts';

/** Where the command stands: its streams and environment. stdout is for results, stderr for the story. */
export interface Shell {
	readonly env: NodeJS.ProcessEnv;
	readonly stdin: NodeJS.ReadStream;
	readonly stdout: NodeJS.WriteStream;
	readonly stderr: NodeJS.WriteStream;
	readonly cwd: string;
	readonly home: string;
	/** How each of the two streams is written on. */
	readonly out: Style;
	readonly err: Style;
}

/** The shell of this process. `color: false` is `--no-color`. */
export function processShell({color}: {readonly color: boolean}): Shell {
	const {env, stdout, stderr} = process;
	return {
		env,
		// Made at the first use: few commands read, and Node takes its time for it.
		get stdin() {
			return process.stdin;
		},
		stdout,
		stderr,
		cwd: process.cwd(),
		home: homedir(),
		out: styleOf(env, {color, isTerminal: stdout.isTTY}),
		err: styleOf(env, {color, isTerminal: stderr.isTTY}),
	};
}
