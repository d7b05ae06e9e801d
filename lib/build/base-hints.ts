import {suggest} from '../dockerfile/suggest.ts';
import {type Location, RegistryError, StrataError} from '../errors.ts';
import {familiarRepository, parseReference} from '../oci/reference.ts';
import type {BuildPlan} from '../plan/plan.ts';
import type {BaseRecord, Store} from '../store/store.ts';

/** What a name may have been meant to be, and how that is told: `the stage build (Dockerfile:1)`. */
export type Candidates = ReadonlyMap<string, string>;

/** The images that are here already. */
export function knownImages(store: Store): Candidates {
	const bases = store.records<BaseRecord>('bases');
	const names = [
		...store.images.list().flatMap(image => image.name ?? []),
		...bases.keys().flatMap(key => bases.get(key)?.reference ?? []),
	];
	return new Map(names.map(repository).map(name => [name, `${name} (in the store)`]));
}

/** The stages that a COPY of the plan could have meant. */
export function knownStages({stages, file}: BuildPlan): Candidates {
	return new Map(stages.map(({name, steps}) => [name, `the stage ${name} (${file}:${steps[0]?.location.start})`]));
}

/** Where a base is named, and what the name may have been meant to be. */
export interface Naming {
	readonly name: string;
	readonly location: Location;
	readonly candidates: Candidates;
}

/** Points an error about a base to the place that names it, with what it may have been meant to be. */
export function named<T>(work: Promise<T>, naming: Naming): Promise<T> {
	return work.catch(error => {
		if (error instanceof StrataError) error.location ??= naming.location;
		throw withSuggestion(error, naming);
	});
}

function withSuggestion(error: unknown, {name, candidates}: Naming): unknown {
	if (!(error instanceof RegistryError) || !suggestible.has(error.code)) return error;
	const [nearest] = suggest(repository(name), candidates.keys());
	const told = nearest === undefined ? undefined : candidates.get(nearest);
	const {code, message, notes, help, cause, location} = error;
	const reason = code === 'IMAGE_NOT_FOUND' ? `base ${message}` : message;
	const hints = told === undefined ? [] : [`did you mean ${told}?`];
	return new RegistryError(code, reason, {notes, help: [...hints, ...help], cause, location});
}

const suggestible = new Set(['IMAGE_NOT_FOUND', 'REGISTRY_UNREACHABLE', 'REGISTRY_LOGIN']);

function repository(name: string): string {
	const reference = parseReference(name);
	return reference ? familiarRepository(reference) : name;
}
