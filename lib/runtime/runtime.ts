/** An OCI runtime, started inside the user namespace. */
export interface Runtime {
	readonly name: 'crun' | 'runc';
	readonly path: string;
	readonly version: string;
	/**
	 * Runs the bundle in the folder `bundle` to its end; by then container and processes are gone, whatever happened.
	 * Rejects with a `MachineError` if the runtime could not start the program, whose own failure is a result.
	 */
	run(bundle: string, id: string, options: RunHooks): Promise<{readonly status: number | NodeJS.Signals}>;
}

/** Descriptors by their use. */
export interface Stdio {
	readonly stdin: number;
	readonly stdout: number;
	readonly stderr: number;
}

export interface RunHooks {
	/**
	 * Takes a piece of output. The program is not read further until the promise resolves, so its pipe fills and it waits; with
	 * `closed` it is never read again, and finds its pipe broken. Nothing is heard of the output on a terminal.
	 */
	readonly onOutput: (stream: 'stdout' | 'stderr', data: Uint8Array) => Promise<'closed' | undefined>;
	/** What the program reads. Default: nothing. */
	readonly stdin?: number;
	/** The terminal that a job with one is shown on, for input, output and errors. */
	readonly terminal?: Stdio;
	/** Called once, with how signals are sent to the program, by number; WINCH tells it that its terminal has another size. */
	readonly onStart?: (send: (signal: number) => void) => void;
	/** TERM to the program, KILL to the whole container after 2 s. `run` then still resolves. */
	readonly signal?: AbortSignal;
}
