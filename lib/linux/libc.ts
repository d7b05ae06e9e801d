import {createRequire} from 'node:module';

type Koffi = typeof import('koffi');

type Library = ReturnType<Koffi['load']>;

let koffi: Koffi | undefined;
let libc: Library | undefined;

/** Loads koffi at the first call that needs it, for it costs milliseconds: what only reads a Dockerfile needs none of it. */
function loadKoffi(): Koffi {
	koffi ??= createRequire(import.meta.url)('koffi') as Koffi;
	return koffi;
}

/** A function of libc by its C prototype, bound at the first call. Errors are told by its result and `systemError`. */
export function libcFunction(prototype: string): (...args: unknown[]) => number {
	let bound: ((...args: unknown[]) => unknown) | undefined;
	return (...args) => {
		libc ??= loadKoffi().load('libc.so.6');
		bound ??= libc.func(prototype);
		return Number(bound(...args));
	};
}

/** Functions that this program has in itself, or in a library of its own, by their C prototypes. Throws if it lacks one. */
export function programFunctions<Name extends string>(
	prototypes: Readonly<Record<Name, string>>,
): Readonly<Record<Name, (...args: unknown[]) => unknown>> {
	// dlopen(3): no name means the program itself. The types of koffi do not know it.
	const program = loadKoffi().load(null as unknown as string);
	const entries = Object.entries<string>(prototypes).map(([name, prototype]) => [name, program.func(prototype)]);
	return Object.fromEntries(entries);
}

/** The error that the last failed libc call of this thread left, in the form of Node's own system errors. */
export function systemError(call: string, path: string): NodeJS.ErrnoException {
	const {errno: last, os} = loadKoffi();
	const errno = last();
	const code = Object.entries(os.errno).find(([, value]) => value === errno)?.[0] ?? `E${errno}`;
	return Object.assign(new Error(`${code}: ${call} '${path}'`), {errno: -errno, code, syscall: call, path});
}
