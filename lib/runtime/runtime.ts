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

export interface RunHooks {
	/** Takes a piece of output. The program is not read further until the promise resolves, so its pipe fills and it waits. */
	readonly onOutput: (stream: 'stdout' | 'stderr', data: Uint8Array) => Promise<void>;
	/** TERM to the program, KILL to the whole container after 2 s. `run` then still resolves. */
	readonly signal?: AbortSignal;
}
