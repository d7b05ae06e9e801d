import {createRequire} from 'node:module';

type Koffi = typeof import('koffi');

let loaded: {koffi: Koffi; library: ReturnType<Koffi['load']>} | undefined;

/** Loads koffi at the first call that needs it, for it costs milliseconds: what only reads a Dockerfile needs none of it. */
function libc() {
	if (!loaded) {
		const koffi = createRequire(import.meta.url)('koffi') as Koffi;
		loaded = {koffi, library: koffi.load('libc.so.6')};
	}
	return loaded;
}

/** A function of libc by its C prototype, bound at the first call. Errors are told by its result and `systemError`. */
export function libcFunction(prototype: string): (...args: unknown[]) => number {
	let bound: ((...args: unknown[]) => unknown) | undefined;
	return (...args) => {
		bound ??= libc().library.func(prototype);
		return Number(bound(...args));
	};
}

/** The error that the last failed libc call of this thread left, in the form of Node's own system errors. */
export function systemError(call: string, path: string): NodeJS.ErrnoException {
	const {koffi} = libc();
	const errno = koffi.errno();
	const code = Object.entries(koffi.os.errno).find(([, value]) => value === errno)?.[0] ?? `E${errno}`;
	return Object.assign(new Error(`${code}: ${call} '${path}'`), {errno: -errno, code, syscall: call, path});
}
