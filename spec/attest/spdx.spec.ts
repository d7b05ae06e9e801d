import test from 'ava';
import type {FoundPackage, Inventory} from '../../lib/attest/inventory.ts';
import {spdxDocument} from '../../lib/attest/spdx.ts';
import {digestOf} from '../../lib/oci/digest.ts';
import {version} from '../../lib/version.ts';

const image = {
	name: 'app:latest',
	digest: digestOf('manifest'),
	purls: ['pkg:docker/app@latest?platform=linux%2Famd64'],
	created: '2026-01-02T03:04:05.678Z',
};

const bash: FoundPackage = {
	name: 'bash',
	version: '5.2-1',
	purl: 'pkg:deb/debian/bash@5.2-1',
	licences: [],
	supplier: 'Matthias Klose <doko@debian.org>',
	kind: 'dpkg',
	paths: ['var/lib/dpkg/status'],
};
const ini: FoundPackage = {
	name: '@a/ini',
	version: '',
	purl: 'pkg:npm/%40a/ini',
	licences: ['MIT License'],
	supplier: 'GitHub\nInc.',
	kind: 'npm',
	paths: ['a/package.json', 'b/package.json'],
};

interface Spdx {
	readonly SPDXID: string;
	readonly comment?: string;
	readonly documentNamespace: string;
	readonly creationInfo: object;
	readonly packages: readonly Readonly<Record<string, unknown>>[];
	readonly relationships: readonly Readonly<Record<string, string>>[];
	readonly hasExtractedLicensingInfos?: readonly {readonly licenseId: string}[];
}

const written = (packages: readonly FoundPackage[], unread: Inventory['unread'] = []) =>
	spdxDocument({packages, unread}, image) as Spdx;

test('a document has what SPDX 2.3 requires of it, and whole seconds', t => {
	const {documentNamespace, packages, relationships, ...head} = written([]);

	t.deepEqual(head as object, {
		spdxVersion: 'SPDX-2.3',
		dataLicense: 'CC0-1.0',
		SPDXID: 'SPDXRef-DOCUMENT',
		name: 'app:latest',
		creationInfo: {created: '2026-01-02T03:04:05Z', creators: [`Tool: strata-${version}`]},
	});
	t.regex(documentNamespace, /^https:\/\/[^#]+$/);
	t.deepEqual(relationships, [
		{spdxElementId: 'SPDXRef-DOCUMENT', relationshipType: 'DESCRIBES', relatedSpdxElement: 'SPDXRef-Image'},
	]);
	t.like(packages[0], {
		name: 'app:latest',
		primaryPackagePurpose: 'CONTAINER',
		checksums: [{algorithm: 'SHA256', checksumValue: digestOf('manifest').slice(7)}],
	});
});

test('a package has its version, package URL, supplier and licence, and where it was found', t => {
	const {packages, relationships, hasExtractedLicensingInfos} = written([bash, ini]);
	const unknown = {
		downloadLocation: 'NOASSERTION',
		filesAnalyzed: false,
		copyrightText: 'NOASSERTION',
		licenseConcluded: 'NOASSERTION',
	};
	const reference = (referenceLocator: string) => [
		{referenceCategory: 'PACKAGE-MANAGER', referenceType: 'purl', referenceLocator},
	];

	t.like(packages[1], {
		name: 'bash',
		versionInfo: '5.2-1',
		supplier: 'Person: Matthias Klose (doko@debian.org)',
		licenseDeclared: 'NOASSERTION',
		sourceInfo: 'found by dpkg in /var/lib/dpkg/status',
		externalRefs: reference('pkg:deb/debian/bash@5.2-1'),
		...unknown,
	});
	t.like(packages[2], {
		name: '@a/ini',
		supplier: 'Organization: GitHub Inc.',
		licenseDeclared: hasExtractedLicensingInfos?.[0]?.licenseId,
		sourceInfo: 'found by npm in /a/package.json, /b/package.json',
		externalRefs: reference('pkg:npm/%40a/ini'),
		...unknown,
	});
	t.false('versionInfo' in (packages[2] ?? {}), 'a version that nobody tells is left out');
	t.deepEqual(
		relationships
			.slice(1)
			.map(({spdxElementId, relationshipType, relatedSpdxElement}) => [
				spdxElementId,
				relationshipType,
				relatedSpdxElement,
			]),
		packages.slice(1).map(({SPDXID}) => ['SPDXRef-Image', 'CONTAINS', SPDXID]),
	);
	for (const {SPDXID} of packages) t.regex(String(SPDXID), /^SPDXRef-[a-zA-Z0-9.-]+$/);
});

test('what could not be read is said in the document', t => {
	t.is(
		written([], [{path: 'var/lib/rpm/Packages', reason: 'is a Berkeley DB, which is not read'}]).comment,
		'packages are not listed: /var/lib/rpm/Packages is a Berkeley DB, which is not read',
	);
});

test('the same image has the same document; another one has another namespace', t => {
	t.deepEqual(written([bash, ini]), written([bash, ini]));
	t.not(written([bash]).documentNamespace, written([bash, ini]).documentNamespace);
	const ids = written([bash, {...bash, purl: `${bash.purl}?arch=all`}]).packages.map(({SPDXID}) => SPDXID);
	t.is(new Set(ids).size, 3, 'packages of one name have ids of their own');
});
