import {type ErrorFacts, MachineError, RegistryError, StepError, StoreError, StrataError} from '../errors.ts';

/** An error as plain data: structured cloning keeps neither the class nor the fields of ours. */
export interface WireError {
	readonly name: string;
	readonly message: string;
	readonly stack?: string | undefined;
	readonly code?: string | undefined;
	readonly notes?: readonly string[];
	readonly help?: readonly string[];
}

type Maker = new (code: string, reason: string, facts: ErrorFacts) => StrataError;

/** What the worker throws on purpose. */
const classes: Readonly<Record<string, Maker>> = {StepError, StoreError, MachineError, RegistryError};

export function toWire(error: unknown): WireError {
	if (!(error instanceof Error)) return {name: 'Error', message: String(error)};
	const {name, message, stack} = error;
	const code = (error as NodeJS.ErrnoException).code;
	return error instanceof StrataError
		? {name, message, stack, code, notes: error.notes, help: error.help}
		: {name, message, stack, code};
}

/** The error again, of its own class where it is one of ours; everything else is a bug with the worker's stack. */
export function fromWire({name, message, stack, code, notes = [], help = []}: WireError): Error {
	const Class = classes[name];
	if (Class) return new Class(code ?? 'WORKER', message, {notes, help});
	return Object.assign(new Error(message), {name, stack}, code === undefined ? {} : {code});
}
