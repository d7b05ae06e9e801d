import {collect} from '../bytes.ts';
import {StoreError, UsageError} from '../errors.ts';
import type {Store} from '../store/store.ts';
import {attestationsOf} from './attestations.ts';
import type {AttestationDetails} from './catalog.ts';
import {findImage} from './find.ts';
import {type InspectOptions, readOne} from './inspect.ts';
import {withStore} from './open.ts';

/** What can be asked for of what is stated of an image. */
type Statement = 'sbom' | 'provenance';

const kinds: Readonly<Record<Statement, {readonly called: string; readonly types: RegExp; readonly flag: string}>> = {
	sbom: {called: 'SBOM', types: /^https:\/\/spdx\.dev\/Document/, flag: '--sbom'},
	provenance: {called: 'provenance', types: /^https:\/\/slsa\.dev\/provenance\//, flag: '--provenance=min'},
};

/** What is stated of an image, whoever built it: an SPDX document or a provenance as SLSA has it. `name` as `findImage` takes it. */
export function imageStatement(name: string, kind: Statement, options: InspectOptions = {}): Promise<object> {
	return withStore(options, async store => {
		const found = await findImage(name, store);
		const image = await readOne(found, options, store);
		const {called, types, flag} = kinds[kind];
		const all = await attestationsOf(image.descriptor, found.descriptor, store);
		const statement = all.find(({predicateType}) => types.test(predicateType));
		const title = found.names[0] ?? image.descriptor.digest;
		if (statement) return predicateOf(statement, store);
		throw new UsageError('NOT_STATED', `${title} has no ${called}`, {
			help: [`build it with one: strata build ${flag}`],
		});
	});
}

async function predicateOf({digest, size}: AttestationDetails, {blobs}: Store): Promise<object> {
	const bytes = await collect(blobs.open({mediaType: '', digest, size}));
	const {predicate} = parsed(bytes);
	if (typeof predicate === 'object' && predicate !== null) return predicate;
	throw new StoreError('NOT_A_STATEMENT', `${digest} is not a statement of in-toto`);
}

function parsed(bytes: Buffer): {readonly predicate?: unknown} {
	try {
		return (JSON.parse(bytes.toString()) as {readonly predicate?: unknown} | null) ?? {};
	} catch {
		return {};
	}
}
