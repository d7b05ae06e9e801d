import {csvFields} from '../dockerfile/instructions/csv.ts';
import {UsageError} from '../errors.ts';
import type {BuildOptions, ProvenanceWishes} from '../index.ts';
import type {Arguments} from './command.ts';

type Attestations = NonNullable<BuildOptions['attestations']>;

/** What is to be stated of the image: `--attest`, and `--sbom` and `--provenance` for short, which are read after it; and in which form. */
export function attestations(args: Arguments): Attestations {
	const long = args.texts('attest').map(text => attestation('--attest', text));
	const sbom = args.texts('sbom').map(text => ({sbom: text === 'true'}));
	const short = args.texts('provenance').map(text => attestation('--provenance', `type=provenance,${mode(text)}`));
	const artifact = args.has('oci-artifact') ? {artifact: true} : {};
	return Object.assign({}, ...long, ...sbom, ...short, artifact) as Attestations;
}

/** `max` alone, and what is true or false, are short for an attribute. */
function mode(text: string): string {
	if (text === 'min' || text === 'max') return `mode=${text}`;
	const state = stateOf(text);
	return state === undefined ? text : `disabled=${!state}`;
}

/** `type=sbom`, or `type=provenance` with attributes as in buildx. */
function attestation(flag: string, text: string): Attestations {
	const {type, disabled = 'false', ...attributes} = fieldsOf(flag, text);
	const isAsked = !readState(flag, 'disabled', disabled);
	if (type === 'sbom') {
		const [unknown] = Object.keys(attributes);
		if (unknown !== undefined) throw bad(flag, `of type sbom knows no ${unknown}=: strata lists the packages itself`);
		return {sbom: isAsked};
	}
	if (type !== 'provenance') throw bad(flag, `cannot be of type ${type || '(empty)'}`);
	const wishes = Object.assign({}, ...Object.entries(attributes).map(([name, value]) => wish(flag, name, value)));
	return {provenance: isAsked && (wishes as Partial<ProvenanceWishes>)};
}

function wish(flag: string, name: string, value: string): Partial<ProvenanceWishes> {
	switch (name) {
		case 'mode':
			if (value === 'min' || value === 'max') return {mode: value};
			throw bad(flag, `cannot have mode=${value}: it is min or max`);
		case 'version':
			if (value === 'v1' || value === 'v0.2') return {version: value};
			throw bad(flag, `cannot have version=${value}: it is v1 or v0.2`);
		case 'builder-id':
			return {builderID: value};
		case 'reproducible':
			return {reproducible: readState(flag, name, value)};
		case 'inline-only':
			// It is never written to a file of its own.
			readState(flag, name, value);
			return {};
		default:
			throw bad(flag, `knows no ${name}=`);
	}
}

function fieldsOf(flag: string, text: string): Readonly<Record<string, string>> {
	const fields = csvFields(text);
	if (!fields) throw bad(flag, 'has a quote that is not closed');
	return Object.fromEntries(
		fields.map(field => {
			const at = field.indexOf('=');
			if (at <= 0) throw bad(flag, `cannot have ${field}`);
			return [field.slice(0, at), field.slice(at + 1)];
		}),
	);
}

function stateOf(text: string): boolean | undefined {
	if (text === 'true' || text === '1') return true;
	return text === 'false' || text === '0' ? false : undefined;
}

function readState(flag: string, name: string, text: string): boolean {
	const state = stateOf(text);
	if (state === undefined) throw bad(flag, `cannot have ${name}=${text}: it is true or false`);
	return state;
}

function bad(flag: string, reason: string): UsageError {
	return new UsageError('FLAG_VALUE', `${flag} ${reason}`, {
		help: ['as in: --attest type=provenance,mode=max,version=v1', 'or for short: --sbom --provenance=max'],
	});
}
