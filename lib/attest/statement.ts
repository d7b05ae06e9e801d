import {type Digest, hexOf} from '../oci/digest.ts';
import {formatPlatform, type Platform} from '../oci/platform.ts';
import {familiarRepository, parseReference} from '../oci/reference.ts';
import {packageURL} from './purl.ts';

/** What is stated of an image, by the type that says how it is to be read. */
export interface Predicate {
	readonly predicateType: string;
	readonly predicate: object;
}

/** The predicate type of an SPDX document. */
export const spdxPredicate = 'https://spdx.dev/Document';

/** The image that a statement is of. */
export interface Subject {
	/** Package URLs of its names. */
	readonly purls: readonly string[];
	/** Of its manifest. */
	readonly digest: Digest;
}

/** https://github.com/in-toto/attestation/blob/main/spec/v1/statement.md; an image without a name is called `_`, as BuildKit does. */
export function statement({purls, digest}: Subject, {predicateType, predicate}: Predicate): object {
	const names = purls.length > 0 ? purls : ['_'];
	return {
		_type: 'https://in-toto.io/Statement/v1',
		subject: names.map(name => ({name, digest: {sha256: hexOf(digest)}})),
		predicateType,
		predicate,
	};
}

/** The package URL of an image by its name, as BuildKit writes it: `pkg:docker/alpine@3.22?platform=linux%2Famd64`. Undefined if it is no name. */
export function imagePackageURL(name: string, platform: Platform): string | undefined {
	const reference = parseReference(name);
	if (!reference) return undefined;
	const {tag: version, digest} = reference;
	const [short = '', ...rest] = familiarRepository(reference).split('/').reverse();
	return packageURL({
		type: 'docker',
		namespace: rest.reverse().join('/'),
		name: short,
		...(version === undefined ? {} : {version}),
		qualifiers: {digest, platform: formatPlatform(platform)},
	});
}
