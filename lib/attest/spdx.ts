import {createHash} from 'node:crypto';
import type {Digest} from '../oci/digest.ts';
import {hexOf} from '../oci/digest.ts';
import {version} from '../version.ts';
import type {FoundPackage, Inventory} from './inventory.ts';
import {type LicenceBook, licenceBook} from './licences.ts';

/** The image whose packages are told. */
export interface DescribedImage {
	/** As people know it; its digest where it has no name. */
	readonly name: string;
	/** Of its manifest. */
	readonly digest: Digest;
	/** Package URLs of its names. */
	readonly purls: readonly string[];
	/** ISO 8601: when the document was made, as far as the document says. */
	readonly created: string;
}

/**
 * An SPDX document of the packages of an image, in the JSON of https://spdx.github.io/spdx-spec/v2.3/: the same image, the same bytes.
 * What could not be read is said in its comment.
 */
export function spdxDocument({packages, unread}: Inventory, image: DescribedImage): object {
	const licences = licenceBook();
	const listed = packages.map(found => packageRecord(found, licences));
	const extracted = licences.extracted();
	const content = {
		packages: [imageRecord(image), ...listed],
		...(extracted.length > 0 ? {hasExtractedLicensingInfos: extracted} : {}),
		relationships: [
			relationship(document, 'DESCRIBES', imageID),
			...listed.map(({SPDXID}) => relationship(imageID, 'CONTAINS', SPDXID)),
		],
	};
	return {
		spdxVersion: 'SPDX-2.3',
		dataLicense: 'CC0-1.0',
		SPDXID: document,
		name: image.name,
		documentNamespace: `https://spdx.org/spdxdocs/strata-${shortHash(JSON.stringify(content), 32)}`,
		...(unread.length > 0 ? {comment: unread.map(complaint).join('\n')} : {}),
		creationInfo: {created: withoutFractions(image.created), creators: [`Tool: strata-${version}`]},
		...content,
	};
}

/** What a person or a document is told of a file that could not be read. */
export function complaint({path, reason}: Inventory['unread'][number]): string {
	return `packages are not listed: /${path} ${reason}`;
}

const document = 'SPDXRef-DOCUMENT';
const imageID = 'SPDXRef-Image';

/** What has to be there, and is not known here. */
const unknown = {downloadLocation: 'NOASSERTION', filesAnalyzed: false, copyrightText: 'NOASSERTION'} as const;

function imageRecord({name, digest, purls}: DescribedImage) {
	return {
		SPDXID: imageID,
		name,
		versionInfo: digest,
		primaryPackagePurpose: 'CONTAINER',
		...unknown,
		licenseConcluded: 'NOASSERTION',
		licenseDeclared: 'NOASSERTION',
		checksums: [{algorithm: 'SHA256', checksumValue: hexOf(digest)}],
		...(purls.length > 0 ? {externalRefs: purls.map(purlReference)} : {}),
	};
}

function packageRecord(found: FoundPackage, licences: LicenceBook) {
	const {kind, name, purl, paths} = found;
	return {
		SPDXID: `SPDXRef-Package-${kind}-${name.replace(/[^A-Za-z0-9.]+/g, '-')}-${shortHash(purl, 8)}`,
		name,
		...(found.version ? {versionInfo: found.version} : {}),
		supplier: supplierOf(found),
		...unknown,
		licenseConcluded: 'NOASSERTION',
		licenseDeclared: licences.expression(found.licences),
		sourceInfo: `found by ${kind} in ${paths.map(path => `/${path}`).join(', ')}`,
		externalRefs: [purlReference(purl)],
	};
}

/** Who has an address is told as a person, as others do: a team does not say that it is one. */
function supplierOf({supplier = ''}: FoundPackage): string {
	const [, name, address] = /^([^<]*?)\s*<([^<>]+)>/.exec(supplier) ?? [];
	if (name && address) return `Person: ${oneLine(name)} (${oneLine(address)})`;
	return oneLine(supplier) === '' ? 'NOASSERTION' : `Organization: ${oneLine(supplier)}`;
}

function oneLine(text: string): string {
	return text.replace(/\s+/g, ' ').trim();
}

function purlReference(purl: string) {
	return {referenceCategory: 'PACKAGE-MANAGER', referenceType: 'purl', referenceLocator: purl};
}

function relationship(spdxElementId: string, relationshipType: string, relatedSpdxElement: string) {
	return {spdxElementId, relationshipType, relatedSpdxElement};
}

/** SPDX knows whole seconds only. */
function withoutFractions(time: string): string {
	return `${new Date(time).toISOString().slice(0, 19)}Z`;
}

function shortHash(text: string, digits: number): string {
	return createHash('sha256').update(text).digest('hex').slice(0, digits);
}
