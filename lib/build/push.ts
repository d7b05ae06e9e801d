import {RegistryError, UsageError} from '../errors.ts';
import type {ExportedImage} from '../export/image.ts';
import {exportToRegistry} from '../export/registry.ts';
import {familiarName, familiarRepository, parseReference, type Reference} from '../oci/reference.ts';
import type {Builder} from './builder.ts';
import type {Output} from './options.ts';

type RegistryOutput = Extract<Output, {readonly type: 'registry'}>;

/** A push to one name. */
export interface Push extends RegistryOutput {
	/** The name as people write it; of a push by digest, without a tag. */
	readonly dest: string;
	/** Where it goes; without a tag by digest. */
	readonly reference: Reference;
}

/** The pushes that an output asks for, one for each of its names: those of the image if it has none. Throws a UsageError. */
export function pushes(output: RegistryOutput, imageNames: readonly string[]): readonly Push[] {
	const names = output.names ?? imageNames;
	const found = names.flatMap(name => parseReference(name) ?? []);
	if (found.length > 0) return found.map(reference => pushTo(reference, output));
	throw new UsageError('NO_PUSH_NAME', 'what is to be pushed needs a name', {
		help: ['name the image: -t registry.example.com/team/app:1.4', 'or the output: -o type=registry,name=NAME'],
	});
}

function pushTo({registry, repository, tag}: Reference, output: RegistryOutput): Push {
	const reference = {registry, repository, ...(output.byDigest || tag === undefined ? {} : {tag})};
	return {...output, dest: familiarName(reference), reference};
}

/** Pushes an image of the store; answers with the name that it has then. */
export async function push(
	{reference, dest, canonical, byDigest, insecure}: Push,
	{descriptor}: ExportedImage,
	{store, events, signal, request}: Pick<Builder, 'store' | 'events' | 'signal' | 'request'>,
): Promise<string> {
	try {
		await exportToRegistry(descriptor, reference, store, {
			...request.registries,
			...(insecure ? {tlsVerify: false} : {}),
			signal,
			onTransfer: transfer => events.emit({type: 'transfer', ...transfer}),
		});
	} catch (error) {
		throw error instanceof RegistryError ? withWayOn(error, dest) : error;
	}
	return canonical || byDigest ? `${familiarRepository(reference)}@${descriptor.digest}` : dest;
}

function withWayOn(error: RegistryError, dest: string): RegistryError {
	return new RegistryError(error.code, error.message, {
		notes: [...error.notes, `the image is in the store: strata push ${dest}`],
		help: error.help,
		cause: error,
	});
}
