import test from 'ava';
import {type PackageURL, packageURL} from '../../lib/attest/purl.ts';

/** Of the examples of the purl specification, and of its rules on what is encoded. */
const cases: readonly (readonly [PackageURL, string])[] = [
	[
		{type: 'deb', namespace: 'debian', name: 'curl', version: '7.50.3-1', qualifiers: {distro: 'jessie', arch: 'i386'}},
		'pkg:deb/debian/curl@7.50.3-1?arch=i386&distro=jessie',
	],
	[{type: 'npm', namespace: '@angular', name: 'animation', version: '12.3.1'}, 'pkg:npm/%40angular/animation@12.3.1'],
	[
		{type: 'golang', namespace: 'google.golang.org', name: 'genproto', version: 'v1+incompatible'},
		'pkg:golang/google.golang.org/genproto@v1%2Bincompatible',
	],
	[
		{
			type: 'docker',
			namespace: 'localhost:5000/team',
			name: 'app',
			version: '1.4',
			qualifiers: {platform: 'linux/amd64'},
		},
		'pkg:docker/localhost:5000/team/app@1.4?platform=linux%2Famd64',
	],
	[
		{type: 'deb', name: 'a', version: '1:2~rc(3)', qualifiers: {arch: undefined, distro: ''}},
		'pkg:deb/a@1:2~rc%283%29',
	],
	[{type: 'golang', name: 'stdlib'}, 'pkg:golang/stdlib'],
];

for (const [parts, text] of cases) {
	test(`a package URL is written ${text}`, t => {
		t.is(packageURL(parts), text);
	});
}
